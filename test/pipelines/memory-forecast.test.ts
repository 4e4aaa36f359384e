import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { forecastMemory } from '../../models/checkpoint/memory.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { count, type Dims, type Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { GpuMeter } from '../support/gpu-meter.ts'
import { openTestBackend } from '../support/webgpu.ts'

// A software adapter compiles its shaders here, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const FOLDER = join(FIXTURES, 'checkpoints/tiny-lcm')
const signal = new AbortController().signal
/** Cells: a picture of 384 × 256 pixels, far larger than the weights of the tiny checkpoint. */
const [WIDTH, HEIGHT] = [48, 32]

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
    ['encoder', 1, 2 ** 28],
    ['decoder', 1, 2 ** 28],
    ['decoder', 1, 2 ** 20],
  ] as const)('%s, batch of %i, tensors of at most %i bytes', async (part, batch, limit) => {
    const whole = await openWebGpuRuntime({ backend })
    const runtime = { ...whole, capacity: { ...whole.capacity, tensor: limit } }
    const folder = await readFolder(await nodeFolder(FOLDER), signal)
    const device = { target: 'webgpu', half: runtime.half, tensor: limit } as const
    const forecast = await forecastMemory(folder, device, { batch, width: WIDTH, height: HEIGHT }, signal)
    const checkpoint = new OpenedCheckpoint('tiny', folder, runtime)
    const given = (dims: Dims): Tensor => backend.upload(new Float32Array(count(dims)).fill(0.1), dims)
    const latent = given([batch, 4, HEIGHT, WIDTH])
    const image = given([batch, 3, HEIGHT * 8, WIDTH * 8])
    const before = meter.bytes
    const run = {
      encoder: () => checkpoint.encode(image, signal),
      decoder: () => checkpoint.decode(latent, signal),
    }
    const made = await run[part]()
    const measured = peak - before
    const { weights, activations } = forecast.parts[part]
    expect(measured).toBeGreaterThan(1e6)
    expect((weights + activations) / measured).toBeGreaterThan(0.77)
    expect((weights + activations) / measured).toBeLessThan(1.3)
    for (const tensor of [latent, image, made]) tensor.release()
    await checkpoint.close()
  })
})
