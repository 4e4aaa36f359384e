import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readVaeConfig, vaeFactor } from '../../../models/architectures/autoencoder-config.ts'
import { klDecoderGraph, klEncoderGraph } from '../../../models/architectures/autoencoder-kl.ts'
import type { StripPlan } from '../../../models/architectures/strip-plan.ts'
import { createSession } from '../../../src/onnx/create.ts'
import type { OnnxRuntime } from '../../../src/onnx/runtime.ts'
import { count } from '../../../src/tensor/tensor.ts'
import { readJson } from '../../../src/weights/files.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'
import { openWeights } from '../../../src/weights/tensors.ts'
import { maxAbsDifference } from '../../support/fixtures.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Cells of the latent: odd, so that strips differ in height. */
const [BATCH, HEIGHT, WIDTH] = [2, 7, 5]

export interface StripsCase {
  readonly checkpoint: string
  readonly strips: readonly StripPlan[]
}

const described = (strips: readonly StripPlan[]): string =>
  strips.map(({ count, levels }) => `${count} strips of ${levels} levels`).join(', ')

/** Strips give what the whole picture gives, on one runtime. */
export function stripsTests(
  open: () => Promise<{ runtime: OnnxRuntime; close(): Promise<void> }>,
  cases: readonly StripsCase[],
): void {
  let runtime: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => ({ runtime, close } = await open()))
  afterAll(() => close())

  async function half(part: 'encoder' | 'decoder', checkpoint: string, strips?: StripPlan): Promise<Float32Array> {
    const files = await nodeFolder(join(ROOT, checkpoint))
    const signal = new AbortController().signal
    const weights = await openWeights(files, 'vae', { prefer: 'full', signal })
    const vae = readVaeConfig(await readJson(files, 'vae/config.json', signal))
    if (vae.kind !== 'kl') throw new Error(`${checkpoint} has no AutoencoderKL.`)
    const target = runtime.backend.kind === 'webgpu' ? 'webgpu' : 'wasm'
    const graph = part === 'encoder' ? klEncoderGraph : klDecoderGraph
    const session = await createSession(runtime, graph(vae, weights, { target, ...(strips && { strips }) }), weights)
    const sides = part === 'encoder' ? [HEIGHT * vaeFactor(vae), WIDTH * vaeFactor(vae)] : [HEIGHT, WIDTH]
    const dims = [BATCH, part === 'encoder' ? vae.inChannels : vae.latentChannels, ...sides]
    // The second member is another picture, brighter and of less contrast: statistics are each member's own.
    const value = (i: number): number => (i < count(dims) / 2 ? Math.sin(i * 12.9898) : 3 + 0.1 * Math.sin(i * 78.233))
    const input = runtime.backend.upload(
      Float32Array.from({ length: count(dims) }, (_, i) => value(i)),
      dims,
    )
    const outputs = await session.run(part === 'encoder' ? { image: input } : { latent: input })
    const [output = input] = Object.values(outputs)
    const values = await runtime.backend.read(output)
    for (const tensor of new Set([input, output])) tensor.release()
    await session.release()
    return values
  }

  for (const { checkpoint, strips } of cases) {
    for (const part of ['encoder', 'decoder'] as const) {
      it(`${part} of ${checkpoint}: ${described(strips)} give what the whole gives`, async () => {
        const whole = await half(part, checkpoint)
        expect(Math.max(...whole) - Math.min(...whole)).toBeGreaterThan(0.5)
        for (const plan of strips) {
          expect(maxAbsDifference(await half(part, checkpoint, plan), whole)).toBeLessThan(1e-5)
        }
      })
    }
  }
}
