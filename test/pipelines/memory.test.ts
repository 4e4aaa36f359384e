import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { AppError, plainError } from '../../src/base/errors.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { GpuMeter } from '../support/gpu-meter.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { exampleEngine, withParams } from './support/example-engine.ts'

const RUNS = 50
/** Runs that meet every size and kernel that the later ones meet. */
const WARM = 6
const FOLDER = join(FIXTURES, 'checkpoints/tiny-ddim-leading')

type Ending = 'finished' | 'cancelled' | 'failed in the model' | 'failed in a node'

interface Run {
  readonly ending: Ending
  readonly members: number
  readonly settings: Readonly<Record<string, string | number>>
}

/** Run `i`: every one has another seed, so that it computes. */
function run(i: number): Run {
  const warm = i < WARM
  const pick = <T>(of: readonly [T, ...T[]], every: number): T => of[Math.floor(i / every) % of.length] ?? of[0]
  const ending = warm
    ? 'finished'
    : pick<Ending>(['cancelled', 'finished', 'failed in the model', 'finished', 'failed in a node'], 1)
  const members = warm ? pick([4, 4, 4, 2, 2, 1], 1) : pick([1, 4, 1, 2], 2)
  return {
    ending,
    members,
    settings: {
      'fit.resolution': 16,
      'noise.seed': i,
      'noise.members': members,
      'denoise.steps': warm ? 2 : pick([1, 2, 1], 1),
      'denoise.batch_size': pick([1, 2, 4], 1),
      'decode.batch_size': warm ? pick([1, 2, 4], 1) : pick([4, 2, 1], 3),
      'align.reduction': pick(['median', 'mean'], 1),
      'align.max_iter': 1,
      'colorize.colormap': pick(['Spectral', 'turbo', 'grey'], 1),
      'colorize.range': pick(['auto', 'fixed'], 2),
      ...(ending === 'failed in a node' && { 'colorize.range': 'fixed', 'colorize.min': 2 }),
    },
  }
}

/** A runtime whose sessions do all that they do, except when told to fail. */
function failing(runtime: OnnxRuntime, fails: () => boolean): OnnxRuntime {
  return {
    backend: runtime.backend,
    half: runtime.half,
    capacity: runtime.capacity,
    prepare: () => runtime.prepare(),
    create: async (source) => {
      const session = await runtime.create(source)
      return {
        release: () => session.release(),
        run: async (inputs) => {
          if (fails()) throw new AppError('onnx/run', 'It failed as asked.')
          return session.run(inputs)
        },
      }
    },
  }
}

describe(`${RUNS} runs of the graph of the six nodes on WebGPU`, () => {
  let backend: GpuBackend
  let close: () => Promise<void>
  let meter: GpuMeter
  let closeEngine: () => Promise<void>
  let engine: Engine
  let document: GraphDocument
  /** Model runs until one fails, and how far a run gets until it is cancelled. */
  let untilFailure = Infinity
  let untilCancel = Infinity
  let stop = new AbortController()

  beforeAll(async () => {
    const opened = await openTestBackend()
    ;({ backend, close } = opened)
    meter = new GpuMeter(backend.device)
    const runtime = failing(await openWebGpuRuntime({ backend }), () => (untilFailure -= 1) < 0)
    const made = await exampleEngine(FOLDER, runtime, {
      backend,
      listener: { progress: (done) => done >= untilCancel && stop.abort() },
    })
    ;({ engine, document, close: closeEngine } = made)
  }, 60_000)

  /** Codes of what went wrong, and members denoised. */
  async function ended(of: Run): Promise<{ readonly codes: readonly string[]; readonly denoised: number }> {
    stop = new AbortController()
    untilCancel = of.ending === 'cancelled' ? 0.3 : Infinity
    // The picture is encoded, the first step is done: a later step, another member or the decoder fails.
    untilFailure = of.ending === 'failed in the model' ? 2 : Infinity
    try {
      const { failed = [], nodes: done } = await engine.run(withParams(document, of.settings), { signal: stop.signal })
      const denoised = done.find(({ id }) => id === 'denoise')?.computed ?? 0
      return { codes: failed.map(({ code }) => code), denoised }
    } catch (error) {
      return { codes: [plainError(error).code], denoised: 0 }
    }
  }

  const codes: Readonly<Record<Ending, readonly string[]>> = {
    finished: [],
    cancelled: ['engine/cancelled'],
    'failed in the model': ['onnx/run'],
    'failed in a node': ['node/empty-range'],
  }

  it('leave what the first ones left, byte for byte, however they end; closed, nothing', async () => {
    const left: number[] = []
    for (let i = 0; i < RUNS; i++) {
      const of = run(i)
      const made = meter.made
      const outcome = await ended(of)
      expect({ i, codes: outcome.codes }).toEqual({ i, codes: codes[of.ending] })
      if (of.ending === 'finished') expect(outcome.denoised).toBe(of.members)
      expect(meter.made).toBeGreaterThan(made)
      engine.clear()
      await backend.check()
      expect(backend.bytes).toBe(0)
      backend.trim()
      left.push(meter.bytes)
    }
    // The weights and constants of the sessions, their working buffers (kept by size), the parameters of our kernels.
    const [most = 0] = left.slice(WARM - 1)
    expect(most).toBeGreaterThan(100_000)
    expect(left.slice(WARM)).toEqual(Array(RUNS - WARM).fill(most))

    await closeEngine()
    await close()
    expect(meter.live).toEqual([])
  }, 300_000)
})
