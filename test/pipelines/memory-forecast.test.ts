import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFolder } from '../../models/checkpoint/folder.ts'
import type { Part } from '../../models/checkpoint/checkpoint.ts'
import { forecastPart } from '../../models/checkpoint/memory.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import { footprint } from '../../src/onnx/footprint.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { count, type Dims, type Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { GpuMeter } from '../support/gpu-meter.ts'
import { openTestBackend } from '../support/webgpu.ts'

// A software adapter compiles its shaders here, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const TINY = join(FIXTURES, 'checkpoints/tiny-lcm')
const signal = new AbortController().signal
/** Cells: a picture of 384 × 256 pixels, far larger than the weights of the tiny checkpoint. */
const LARGE = { width: 48, height: 32 }
const SMALL = { width: 16, height: 16 }

describe('the memory that was forecast is the memory that a device gives', () => {
  let backend: GpuBackend
  let close: () => Promise<void>
  let meter: GpuMeter
  /** The most bytes that lived at once. */
  let peak = 0
  beforeEach(async () => {
    ;({ backend, close } = await openTestBackend())
    meter = new GpuMeter(backend.device)
    const create = backend.device.createBuffer.bind(backend.device)
    peak = 0
    backend.device.createBuffer = (descriptor) => {
      const made = create(descriptor)
      peak = Math.max(peak, meter.bytes)
      return made
    }
  })
  afterEach(() => close())

  it.each([
    ['encoder', 2 ** 28, LARGE],
    ['decoder', 2 ** 28, LARGE],
    ['decoder', 2 ** 20, LARGE],
    ['unet', 2 ** 28, SMALL],
  ] as const)('%s, tensors of at most %i bytes', async (part: Part, limit, { width, height }) => {
    const whole = await openWebGpuRuntime({ backend })
    const runtime = { ...whole, capacity: { ...whole.capacity, tensor: limit } }
    const folder = await readFolder(await nodeFolder(TINY), signal)
    const device = { target: 'webgpu', half: runtime.half, tensor: limit, memory: Infinity } as const
    const { weights, activations } = await forecastPart(
      folder,
      folder.files,
      part,
      device,
      { batch: 1, width, height },
      signal,
    )
    const checkpoint = new OpenedCheckpoint('measured', folder, runtime)
    const given = (dims: Dims): Tensor => backend.upload(new Float32Array(count(dims)).fill(0.1), dims)
    const latent = given([1, 4, height, width])
    const image = given([1, 3, height * 8, width * 8])
    const before = meter.bytes
    const run = {
      encoder: () => checkpoint.encode(image, signal),
      unet: () => checkpoint.denoise(latent, latent, 999, signal),
      decoder: () => checkpoint.decode(latent, signal),
    }
    const made = await run[part]()
    const measured = peak - before
    expect(measured).toBeGreaterThan(1e6)
    expect((weights + activations) / measured).toBeGreaterThan(0.77)
    expect((weights + activations) / measured).toBeLessThan(1.3)
    for (const tensor of [latent, image, made]) tensor.release()
    await checkpoint.close()
  })

  // The released U-Net's, whose scores no device stores, and the tiny one's, whose scores are stored.
  it.each([
    [2, 64],
    [4, 2],
  ])('attention with %i heads of %i channels', async (heads, size) => {
    const dims = [1, 512, heads * size]
    const g = new GraphBuilder('attention', { has: () => false, expect: () => undefined }, { target: 'webgpu' })
    const [q, k, v] = ['q', 'k', 'v'].map((name) => g.input(name, 'f32', dims))
    if (!q || !k || !v) throw new Error('There are three inputs.')
    g.output('y', g.attention(q, k, v, heads, 1), dims)
    const built = g.finish()
    const runtime = await openWebGpuRuntime({ backend })
    const session = await runtime.create({ name: 'attention', proto: encodeModel(built.graph), external: [] })
    const given = ['q', 'k', 'v'].map((name) => [name, backend.upload(new Float32Array(count(dims)), dims)] as const)
    const before = meter.bytes
    const { y } = await session.run(Object.fromEntries(given))
    const forecast = footprint(built, {}, 'webgpu').peak / (peak - before)
    expect(forecast).toBeGreaterThan(0.77)
    expect(forecast).toBeLessThan(1.3)
    for (const tensor of [y, ...given.map(([, one]) => one)]) tensor?.release()
    await session.release()
  })
})
