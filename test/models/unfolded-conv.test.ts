import { expect, test } from 'vitest'
import { unetUnfolds } from '../../models/architectures/unfold-plan.ts'
import { unfoldedConv } from '../../models/architectures/unfolded-conv.ts'
import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { Value } from '../../src/onnx/graph.ts'
import { encodeModel } from '../../src/onnx/model.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { count, type Dims } from '../../src/tensor/tensor.ts'
import { maxAbsDifference } from '../support/fixtures.ts'

const wild = (dims: Dims, seed: number): Float32Array =>
  Float32Array.from({ length: count(dims) }, (_, i) => Math.sin((i + 1) * 12.9898 * seed))

/** The largest difference between a convolution and its product, for a batch of two pictures of 3 channels. */
async function apart(
  kernel: number,
  padding: number | readonly [number, number, number, number],
  tiles: number,
  h: number,
  w: number,
) {
  const g = new GraphBuilder('both', { has: () => false, expect: () => undefined })
  const x = g.input('x', 'f32', ['batch', 3, 'height', 'width'])
  const values = wild([4, 3, kernel, kernel], 2)
  const bias = (): Value => g.constant(wild([4], 3), [4])
  g.output('conv', g.conv(x, g.constant(values, [4, 3, kernel, kernel]), bias(), { padding }), ['b', 4, 'h', 'w'])
  const shape = { in: 3, out: 4, kernel, padding, tiles }
  g.output('product', unfoldedConv(g, x, g.constant(values, [4, 3 * kernel ** 2]), bias(), shape), ['b', 4, 'h', 'w'])
  const backend = new CpuBackend()
  const runtime = await openWasmRuntime({ backend })
  const session = await runtime.create({ name: 'both', proto: encodeModel(g.finish().graph), external: [] })
  const dims = [2, 3, h, w]
  const { conv, product } = await session.run({ x: backend.upload(wild(dims, 1), dims) })
  await session.release()
  if (!conv || !product) throw new Error('No result.')
  expect(product.dims).toEqual(conv.dims)
  return maxAbsDifference(await backend.read(product), await backend.read(conv))
}

test.each([
  [3, 1, 1, 5, 7],
  [3, 1, 2, 5, 7],
  [3, 1, 8, 8, 1],
  [3, 0, 1, 4, 3],
  [2, [0, 0, 1, 1], 3, 6, 4],
  [3, [1, 1, 0, 1], 4, 9, 6],
] as const)(
  'the product of an unfolded picture is its convolution: kernel %s, zeros %s, %s parts, %s×%s',
  async (kernel, padding, tiles, h, w) => {
    expect(await apart(kernel, padding, tiles, h, w)).toBeLessThan(1e-5)
  },
)

const unet = { channels: [320, 640, 1280, 1280] }
const upTo = (tensor: number) => ({ target: 'webgpu' as const, tensor, memory: Infinity })
const latent = { batch: 1, height: 72, width: 96 }

test('what would not fit the device unfolded is convolved', () => {
  // 960 channels, nine times, of half of 96×72 float32
  const bytes = (4 * 9 * 960 * 96 * 72) / 2
  expect(unetUnfolds(unet, latent, upTo(bytes))).toBe(true)
  expect(unetUnfolds(unet, latent, upTo(bytes - 1))).toBe(false)
  expect(unetUnfolds(unet, { ...latent, batch: 2 }, upTo(2 * bytes))).toBe(true)
  expect(unetUnfolds(unet, { batch: 1, height: 1, width: 8 }, upTo(Infinity))).toBe(false)
})

test('beyond 1 GiB nothing is unfolded however large tensors may be', () => {
  expect(unetUnfolds(unet, { ...latent, batch: 8 }, upTo(Infinity))).toBe(true)
  expect(unetUnfolds(unet, { ...latent, batch: 9 }, upTo(Infinity))).toBe(false)
})

test('where the memory of models is limited nothing is unfolded', () => {
  expect(unetUnfolds(unet, latent, { ...upTo(Infinity), memory: 64e9 })).toBe(false)
})

test('on WebAssembly nothing is unfolded', () => {
  expect(unetUnfolds(unet, latent, { ...upTo(Infinity), target: 'wasm' })).toBe(false)
})
