import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { foldCrossAttentions, unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { modelSource } from '../../src/onnx/source.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { folder } from './support/forward.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

describe('the U-Net in half precision on WebGPU', () => {
  let runtime: OnnxRuntime
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openTestBackend()
    close = opened.close
    runtime = await openWebGpuRuntime({ backend: opened.backend })
  })
  afterAll(() => close())

  // The runtime checks all types before it finds that an adapter cannot compute in one of them.
  it.each([
    ['tiny-fp16', true],
    ['tiny-fp16', false],
    ['tiny-ddim-trailing', true],
  ])('is a well-typed graph: %s, folded: %s', async (name, fold) => {
    const { unet, files } = await folder(name)
    const weights = await openWeights(files, 'unet')
    const text = new Float32Array(2 * unet.crossAttentionDim).fill(0.1)
    const folded = fold ? { folded: await foldCrossAttentions(unet, weights, text) } : {}
    const built = unetGraph(unet, weights, { text, compute: 'f16', target: 'webgpu', ...folded })
    const session = runtime.create(await modelSource(built, weights))
    if (runtime.half) await (await session).release()
    else await expect(session).rejects.toThrow('requires f16 but the device does not support it')
  })

  it('predicts nearly what diffusers predicts, where the adapter has shader-f16', async () => {
    const name = 'tiny-ddim-leading.unet.odd.b1.t999'
    const expected = await fixtureTensors('models/forward.safetensors')
    const [, , height = 0, width = 0] = expected.dims(`${name}.x`)
    const x = await expected.f32(`${name}.x`)
    const dims = [1, 4, height, width]
    const image = runtime.backend.upload(x.slice(0, x.length / 2), dims)
    const depth = runtime.backend.upload(x.slice(x.length / 2), dims)
    // Without shader-f16 the same request computes in float32, to full precision.
    const checkpoint = new OpenedCheckpoint('half', await folder('tiny-ddim-leading'), runtime, { precision: 'f16' })
    const output = await checkpoint.denoise(image, depth, 999, new AbortController().signal)
    const tolerance = runtime.half ? 3e-2 : 1e-4
    expect(maxAbsDifference(await runtime.backend.read(output), await expected.f32(`${name}.v`))).toBeLessThan(
      tolerance,
    )
    for (const tensor of [image, depth, output]) tensor.release()
    await checkpoint.close()
    expect(runtime.backend.bytes).toBe(0)
  })
})
