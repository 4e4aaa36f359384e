import { auto, type AutoParam } from './params.ts'

/** How many ensemble members a node with `batch` takes at once; no result depends on it. `done` is what happens to them. */
export const batchSize = (done: string): AutoParam =>
  auto({
    label: 'Batch size',
    about: `Ensemble members ${done} at once. More is faster where there is memory; the result is the same.`,
    unit: 'members',
    default: null,
    min: 1,
    max: 16,
    step: 1,
    auto: 'on a graphics card as many as fit, up to four; on the processor one',
    keyed: false,
    advanced: true,
  })
