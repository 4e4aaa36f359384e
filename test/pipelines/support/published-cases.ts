import { afterAll, beforeAll, expect, it } from 'vitest'
import { CheckpointStore } from '../../../models/checkpoint/store.ts'
import loadImage from '../../../nodes/input/load-image.ts'
import type { AnyNode } from '../../../src/node/index.ts'
import type { OnnxRuntime } from '../../../src/onnx/runtime.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'
import type { PipelineCall } from './case.ts'
import { expectRows } from './parity.ts'
import { publishedCheckpoint } from './published.ts'
import { runGraph } from './run-case.ts'

interface PublishedCase {
  readonly name: string
  readonly seed: number
  readonly steps: number
  readonly resolution: number
  readonly ensemble_size: number
  readonly batch_size: number
  readonly match: boolean
  readonly reduction: string
  /** prediction[0, 0, −3:, −3:] as diffusers' repository has it. */
  readonly expected_slice: readonly number[]
}

const published = await fixtureJson<{
  readonly atol: number
  readonly flaky_upstream: readonly string[]
  readonly cases: readonly PublishedCase[]
}>('published/cases.json')
const tensors = await fixtureTensors('published/cases.safetensors')
const files = await publishedCheckpoint()

const callOf = (of: PublishedCase): PipelineCall => ({
  name: of.name,
  generator: { kind: 'torch-cpu', seed: of.seed },
  num_inference_steps: of.steps,
  processing_resolution: of.resolution,
  ensemble_size: of.ensemble_size,
  batch_size: of.batch_size,
  match_input_resolution: of.match,
  resample_method_input: 'bilinear',
  resample_method_output: 'bilinear',
  ensembling: { reduction: of.reduction },
  shift_invariant: true,
})

/** Load Image with a picture of floats, as those tests give it; files hold integers. */
const given = (pixels: Float32Array): AnyNode => ({
  ...(loadImage as AnyNode),
  async run(_inputs, _params, ctx) {
    const size = { width: 32, height: 32 }
    return {
      image: {
        kind: 'image',
        tensor: ctx.backend.upload(pixels, [1, 3, 32, 32]),
        frame: { original: size, content: size },
      },
    }
  },
})

/** The last 3 rows and columns of a square map. */
function corner(depth: Float32Array): number[] {
  const side = Math.sqrt(depth.length)
  const last = [side - 3, side - 2, side - 1]
  return last.flatMap((y) => last.map((x) => depth[y * side + x] ?? NaN))
}

/**
 * The constants that diffusers' own tests of Marigold depth expect, on any runtime.
 *
 * @param ensembles also the two ensembles, whose constants diffusers itself does not give again
 */
export function publishedTests(
  open: () => Promise<{ readonly runtime: OnnxRuntime; close(): Promise<void> }>,
  { ensembles }: { readonly ensembles: boolean },
): void {
  let checkpoints: CheckpointStore
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await open()
    close = opened.close
    checkpoints = new CheckpointStore(async (name) => ({ name, files }), opened.runtime)
  })
  afterAll(async () => {
    await checkpoints.close()
    expect(checkpoints.runtime.backend.bytes).toBe(0)
    await close()
  })

  const run = async (of: PublishedCase) => {
    const pixels = await tensors.f32(`image_G${of.seed}`)
    return runGraph(callOf(of), checkpoints, {
      picture: () => {
        throw new Error('The picture is given.')
      },
      nodes: [['input/load-image', given(pixels)]],
    })
  }

  for (const of of published.cases.filter(({ name }) => !published.flaky_upstream.includes(name))) {
    it(of.name, async () => {
      const { prediction: depth, latents } = await run(of)
      expectRows(latents, await tensors.f32(`${of.name}.latent`), 5e-4)
      expect(maxAbsDifference(corner(depth), of.expected_slice)).toBeLessThan(published.atol)
      expect(maxAbsDifference(depth, await tensors.f32(`${of.name}.prediction`))).toBeLessThan(1e-4)
    })
  }

  if (!ensembles) return
  // diffusers does not give its own constants of these again: its ensembling amplifies the rounding of the machine
  // (test/reference/README.md). What it gave where the fixtures were made is given here too.
  for (const of of published.cases.filter(({ name }) => published.flaky_upstream.includes(name))) {
    it(`${of.name}: members and mean as recorded`, async () => {
      const { prediction: depth, members, latents } = await run(of)
      expectRows(latents, await tensors.f32(`${of.name}.latent`), 5e-4)
      expectRows(members, await tensors.f32(`${of.name}.members`), 1e-4)
      expect(maxAbsDifference(depth, await tensors.f32(`${of.name}.prediction`))).toBeLessThan(5e-3)
    })
  }
}
