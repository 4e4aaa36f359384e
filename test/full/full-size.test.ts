import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { klDecoderGraph, klEncoderGraph } from '../../models/architectures/autoencoder-kl.ts'
import { readVaeConfig } from '../../models/architectures/autoencoder-config.ts'
import type { ConfigJson } from '../../models/architectures/config.ts'
import { unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { readUnetConfig } from '../../models/architectures/unet-config.ts'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime, openWebGpuRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { fixtureJson, fixtureTensors, type FixtureTensors } from '../support/fixtures.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { watchMemory, type Memory } from './support/memory.ts'
import { syntheticCheckpoint, type FullExpected } from './support/synthetic-checkpoint.ts'

// A software adapter computes this on the processor, and compiles shaders for minutes.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 600_000 })

const signal = new AbortController().signal
/** A file that has every tensor. */
const anything = { has: () => true, expect: () => undefined }
const folder = async () => readFolder(await nodeFolder(await syntheticCheckpoint()), signal)

it('the graphs of all three models are built from the configs in under a second', async () => {
  const [unet, vae] = [
    readUnetConfig(await fixtureJson<ConfigJson>('full/unet/config.json')),
    readVaeConfig(await fixtureJson<ConfigJson>('full/vae/config.json')),
  ]
  if (vae.kind !== 'kl') throw new Error('The config is an AutoencoderKL’s.')
  const start = performance.now()
  const options = { weights: 'f16', target: 'webgpu' } as const
  const built = [
    unetGraph(unet, anything, { text: new Float32Array(2 * 1024), ...options }),
    klEncoderGraph(vae, anything, options),
    klDecoderGraph(vae, anything, options),
  ]
  const bytes = built.reduce((sum, { graph }) => sum + encodeModel(graph).length, 0)
  const took = performance.now() - start
  console.log(`graphs of ${bytes} bytes built in ${took.toFixed(0)} ms`)
  expect(took).toBeLessThan(1000)
})

describe('a checkpoint of full size, 950 million parameters in half precision, on WebGPU', () => {
  let runtime: OnnxRuntime
  let checkpoint: OpenedCheckpoint
  let expected: FixtureTensors
  let memory: Memory
  let close: () => Promise<void>

  beforeAll(async () => {
    memory = watchMemory()
    const opened = await openTestBackend()
    close = opened.close
    memory.sampleOnBuffers(opened.backend.device)
    runtime = await openWebGpuRuntime({ backend: opened.backend })
    if (!runtime.half) {
      throw new Error(
        `The full-size check needs an adapter with shader-f16; ${opened.device.name} has none. Use a graphics card, or ` +
          `lavapipe of Mesa 25 by VK_ICD_FILENAMES.`,
      )
    }
    checkpoint = new OpenedCheckpoint('full', await folder(), runtime)
    expected = await fixtureTensors('full/expected.safetensors')
  })
  afterAll(async () => {
    await checkpoint.close()
    expect(runtime.backend.bytes).toBe(0)
    await close()
  })

  /** Loads a model, runs it on these fixtures, and compares with what torch makes of the same weights in float32. */
  async function expectAsTorch(
    name: string,
    inputs: readonly string[],
    run: (given: readonly Tensor[]) => Promise<Tensor>,
  ) {
    const given: Tensor[] = []
    for (const input of inputs) given.push(runtime.backend.upload(await expected.f32(input), expected.dims(input)))
    memory.start()
    const start = performance.now()
    const output = await run(given)
    const found = await runtime.backend.read(output)
    const grown = memory.grown()
    for (const tensor of [...given, output]) tensor.release()
    const error = relativeError(found, await expected.f32(name))
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    console.log(`${name}: ${seconds} s, error ${error.toExponential(1)}, memory grew by ${JSON.stringify(grown)} MB`)
    // Half precision is exact in storage; the arithmetic is float32.
    expect(error).toBeLessThan(1e-4)
    expect(grown.javascript + grown.wasm).toBeLessThan(300)
  }

  it('encodes a picture as torch does, within 300 MB', () =>
    expectAsTorch('latent', ['picture'], ([picture]) => checkpoint.encode(given(picture), signal)))

  it('predicts as torch does, within 300 MB', async () => {
    const { timestep } = await fixtureJson<FullExpected>('full/expected.json')
    await expectAsTorch('prediction', ['image_latent', 'noisy_latent'], ([image, noisy]) =>
      checkpoint.denoise(given(image), given(noisy), timestep, signal),
    )
  })

  it('decodes a latent as torch does, within 300 MB', () =>
    expectAsTorch('decoded', ['decoded_latent'], ([latent]) => checkpoint.decode(given(latent), signal)))

  it('adds up beyond what half precision can hold', async () => {
    const g = new GraphBuilder('sum', anything, { weights: 'f16', target: 'webgpu' })
    const x = g.input('x', 'f32', [1, 128, 1, 1])
    g.output('y', g.conv(x, g.parameter('weight', [4, 128, 1, 1])), [1, 4, 1, 1])
    const { graph, parameters } = g.finish()
    expect(parameters.map(({ type }) => type)).toEqual(['f16'])
    const ones = new Uint8Array(new Uint16Array(4 * 128).fill(0x3c00).buffer)
    const weight = { name: 'weight:f16', type: 'f16', dims: [4, 128, 1, 1], data: ones } as const
    const proto = encodeModel({ ...graph, initialisers: [...graph.initialisers, weight] })
    const session = await runtime.create({ name: 'sum', proto, external: [] })
    const thousands = runtime.backend.upload(new Float32Array(128).fill(1000), [1, 128, 1, 1])
    const sums = given((await session.run({ x: thousands }))['y'])
    expect(await runtime.backend.read(sums)).toEqual(new Float32Array(4).fill(128_000))
    for (const tensor of [thousands, sums]) tensor.release()
    await session.release()
  })
})

it('is refused on WebAssembly, which cannot hold it, before its weights are read', async () => {
  const runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 1 })
  const checkpoint = new OpenedCheckpoint('full', await folder(), runtime)
  const latent = runtime.backend.upload(new Float32Array(4 * 64), [1, 4, 8, 8])
  await expect(checkpoint.denoise(latent, latent, 999, signal)).rejects.toMatchObject({ code: 'onnx/too-large' })
  latent.release()
})

function given(tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new Error('A fixture is missing.')
  return tensor
}

/** Root mean square of the difference over that of `wanted`. */
function relativeError(found: Float32Array, wanted: Float32Array): number {
  if (found.length !== wanted.length) return Infinity
  const square = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0)
  return Math.sqrt(square(found.map((v, i) => v - (wanted[i] ?? NaN))) / square(wanted))
}
