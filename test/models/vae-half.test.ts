import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readVaeConfig, type AutoencoderKlConfig } from '../../models/architectures/autoencoder-config.ts'
import { largestTensors, stripPlan } from '../../models/architectures/strip-plan.ts'
import { VaeHalf } from '../../models/checkpoint/vae-half.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count, type Dims } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { FIXTURES, fixtureJson, maxAbsDifference } from '../support/fixtures.ts'

const FOLDER = 'checkpoints/tiny-lcm'
const signal = new AbortController().signal

let whole: OnnxRuntime
let vae: AutoencoderKlConfig
beforeAll(async () => {
  whole = await openWasmRuntime({ backend: new CpuBackend(), threads: 2 })
  const config = readVaeConfig(await fixtureJson(`${FOLDER}/vae/config.json`))
  if (config.kind !== 'kl') throw new Error('It has no AutoencoderKL.')
  vae = config
})

const weights = async () => openWeights(await nodeFolder(join(FIXTURES, FOLDER)), 'vae', { prefer: 'full', signal })

/** The runtime of a device that binds no more than `tensor` bytes at once, and the sessions made and freed on it. */
function device(tensor: number): { readonly runtime: OnnxRuntime; readonly sessions: ('made' | 'freed')[] } {
  const sessions: ('made' | 'freed')[] = []
  const create: OnnxRuntime['create'] = async (source) => {
    const session = await whole.create(source)
    sessions.push('made')
    return { ...session, release: () => session.release().then(() => void sessions.push('freed')) }
  }
  return { runtime: { ...whole, capacity: { ...whole.capacity, tensor }, create }, sessions }
}

async function run(half: VaeHalf, dims: Dims): Promise<Float32Array> {
  const { backend } = whole
  const input = backend.upload(
    Float32Array.from({ length: count(dims) }, (_, i) => Math.sin(i * 12.9898)),
    dims,
  )
  try {
    const output = await half.run(input, signal)
    const values = await backend.read(output)
    output.release()
    return values
  } finally {
    input.release()
  }
}

describe('a half of the VAE on a device with low limits', () => {
  it('gives what it gives on one without, in one session until a picture needs more strips', async () => {
    const { runtime, sessions } = device(60_000)
    const [high, low] = [new VaeHalf('decoder', vae, whole, weights), new VaeHalf('decoder', vae, runtime, weights)]
    const sizes = [
      [1, 4, 5, 4],
      [1, 4, 7, 6],
      [1, 4, 5, 4],
      [2, 4, 7, 6],
    ] as const
    const made: number[] = []
    for (const dims of sizes) {
      expect(maxAbsDifference(await run(low, dims), await run(high, dims))).toBeLessThan(1e-5)
      made.push(sessions.filter((what) => what === 'made').length)
    }
    expect(made).toEqual([1, 2, 2, 3])
    await Promise.all([low.close(), high.close()])
    expect(sessions.filter((what) => what === 'freed')).toHaveLength(3)
  })

  it('encodes what it encodes on one without', async () => {
    const { runtime } = device(30_000)
    const [high, low] = [new VaeHalf('encoder', vae, whole, weights), new VaeHalf('encoder', vae, runtime, weights)]
    expect(maxAbsDifference(await run(low, [1, 3, 40, 32]), await run(high, [1, 3, 40, 32]))).toBeLessThan(1e-5)
    await Promise.all([low.close(), high.close()])
  })

  it('refuses a picture of which not even one row of cells fits, saying what would', async () => {
    const { runtime, sessions } = device(1000)
    await expect(run(new VaeHalf('decoder', vae, runtime, weights), [1, 4, 7, 6])).rejects.toMatchObject({
      code: 'onnx/too-large',
      message: expect.stringContaining('this device can hold 1.00 kB') as string,
      fix: 'Use a smaller resolution or a smaller batch size.',
    })
    expect(sessions).toEqual([])
  })
})

describe('the number of strips', () => {
  const SD: AutoencoderKlConfig = { ...defaults(), channels: [128, 256, 512, 512], layers: 2 }
  const size = { batch: 1, height: 72, width: 96 }

  const largest = (strips: number): number => Math.max(...largestTensors(SD, 'decoder', size, strips))

  it('of the released VAE at 768 × 576: one where 432 MiB can be bound, four of the last levels where 128 MiB can', () => {
    expect(largest(1)).toBe(432 * 2 ** 20)
    expect(stripPlan(SD, 'decoder', size, 432 * 2 ** 20)).toEqual({ count: 1, levels: 0 })
    expect(stripPlan(SD, 'decoder', size, 256 * 2 ** 20)).toEqual({ count: 2, levels: 1 })
    expect(stripPlan(SD, 'decoder', size, 128 * 2 ** 20)).toEqual({ count: 4, levels: 2 })
    expect(stripPlan(SD, 'encoder', size, 128 * 2 ** 20)).toEqual({ count: 2, levels: 1 })
  })

  it('is the least that fits', () => {
    for (const limit of [1e7, 5e7, 2e8]) {
      const { count } = stripPlan(SD, 'decoder', size, limit) ?? { count: 0 }
      expect(largest(count)).toBeLessThanOrEqual(limit)
      expect(largest(count - 1)).toBeGreaterThan(limit)
    }
  })
})

function defaults(): AutoencoderKlConfig {
  const config = readVaeConfig({ _class_name: 'AutoencoderKL', block_out_channels: [32] } as never)
  if (config.kind !== 'kl') throw new Error('It has no AutoencoderKL.')
  return config
}
