import { defineNode } from '../../../src/node/define.ts'
import { integer } from '../../../src/node/params.ts'
import { latent } from '../../../src/node/ports.ts'
import type { LatentValue } from '../../../src/node/values.ts'
import { graph } from './bench.ts'
import { FRAME } from './nodes.ts'

/** Doubles what it is given once a step, and leaves its steps. `hears` is waited for before and after a step is left. */
export function stepper(ran: string[], hears: (done: number, left: boolean) => void | Promise<void>) {
  return defineNode({
    type: 'toy/stepper',
    version: 1,
    title: 'Stepper',
    about: '',
    inputs: { from: latent('') },
    params: { steps: integer({ label: 'Steps', about: '', default: 4, min: 1, max: 9, step: 1 }) },
    outputs: { latent: latent('') },
    async run({ from }, { steps }, { backend, trail, signal, progress, member }) {
      const made = (data: Float32Array): LatentValue => ({
        ...from,
        tensor: backend.upload(data, from.tensor.dims),
        frame: FRAME,
      })
      const dataOf = (value: unknown): Float32Array => (value as { tensor: { data: Float32Array } }).tensor.data
      const found = await trail.resume(steps)
      let x = dataOf(found?.states[0] ?? from)
      for (let done = found?.done ?? 0; done < steps; done++) {
        signal.throwIfAborted()
        x = x.map((value) => 2 * value)
        ran.push(`${member.index}: ${done + 1}`)
        await hears(done + 1, false)
        if (done + 1 < steps) await trail.reached(done + 1, steps, [{ state: made(x), outputs: { latent: made(x) } }])
        progress(done + 1, steps)
        await hears(done + 1, true)
      }
      return { latent: made(x) }
    },
  })
}

/** photo → encode → noise × N → stepper, of four steps. */
export const steppers = (members = 1, seed = 1) => {
  const made = graph({ photo: ['input/photo'], encode: ['toy/encode'], noise: ['toy/noise', { members, seed }] }, [
    'photo.image > encode.image',
    'encode.latent > noise.like',
    'noise.noise > stepper.from',
  ])
  const node = { id: 'stepper', type: 'toy/stepper', version: 1, params: { steps: 4 }, position: { x: 0, y: 0 } }
  return { ...made, nodes: [...made.nodes, node] }
}
