import { expect, test } from 'vitest'
import { renderDifference, renderPreview, renderSpread } from '../../src/app/previews.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const size = { width: 4, height: 1 }
const frame = { original: size, content: size }
const brightness = (data: Uint8ClampedArray, pixel: number) =>
  [...data.subarray(4 * pixel, 4 * pixel + 3)].reduce((sum, byte) => sum + byte, 0)

test('a spread is dark where members agree, bright where they differ, black where one has no value', async () => {
  const backend = new CpuBackend()
  const members = [Float32Array.of(0.5, 0.5, 0, NaN), Float32Array.of(0.5, 0.6, 1, 0)]
  const { data, width, height } = await renderSpread(backend, members, size)
  expect({ width, height }).toEqual(size)
  const [agree = 0, near = 0, far = 0, none = 0] = [0, 1, 2, 3].map((pixel) => brightness(data, pixel))
  expect(agree).toBeLessThan(20)
  expect(near).toBeGreaterThan(agree)
  expect(far).toBeGreaterThan(500)
  expect(none).toBe(0)
  expect(backend.bytes).toBe(0)
})

test('members that agree everywhere have a dark spread', async () => {
  const backend = new CpuBackend()
  const member = Float32Array.of(0.1, 0.2, 0.3, 0.4)
  const { data } = await renderSpread(backend, [member, member], size)
  for (const pixel of [0, 1, 2, 3]) expect(brightness(data, pixel)).toBeLessThan(20)
  expect(backend.bytes).toBe(0)
})

test('a picture comes with the numbers that it shows, shrunk as it is', async () => {
  const backend = new CpuBackend()
  const tensor = backend.upload(Float32Array.of(0, 0.2, 0.6, 1), [1, 1, 1, 4])
  const value = { kind: 'depth', meaning: AFFINE_DEPTH, tensor, frame } as const
  const { data, values, width } = await renderPreview(backend, value, 2)
  expect([width, values.length, data.length]).toEqual([2, 2, 8])
  values.forEach((number, pixel) => expect(Math.abs((data[4 * pixel] ?? 0) - 255 * number)).toBeLessThan(1))
  tensor.release()
  expect(backend.bytes).toBe(0)
})

test('a display puts its own colours and range in place of grey, and changes no numbers', async () => {
  const backend = new CpuBackend()
  const tensor = backend.upload(Float32Array.of(0, 0.2, 0.6, 1), [1, 1, 1, 4])
  const value = { kind: 'depth', meaning: AFFINE_DEPTH, tensor, frame } as const
  const narrow = await renderPreview(backend, value, 4, { range: [0.2, 0.6] })
  expect([0, 1, 2, 3].map((pixel) => narrow.data[4 * pixel])).toEqual([0, 0, 255, 255])
  const coloured = await renderPreview(backend, value, 4, { colormap: 'binary', invert: true, range: [0.2, 0.6] })
  expect([...coloured.data]).toEqual([...narrow.data])
  expect([...coloured.values]).toEqual([...(await backend.read(tensor))])
  tensor.release()
  expect(backend.bytes).toBe(0)
})

test('a signed difference is blue below nothing, red above, white where nothing differs', async () => {
  const backend = new CpuBackend()
  const { data } = await renderDifference(backend, Float32Array.of(-1, 0, 1, NaN), size, true, 1)
  const [less, same, more, none] = [0, 1, 2, 3].map((pixel) => [...data.subarray(4 * pixel, 4 * pixel + 3)])
  expect(less?.[2]).toBeGreaterThan(2 * (less?.[0] ?? 255))
  expect(Math.min(...(same ?? []))).toBeGreaterThan(240)
  expect(more?.[0]).toBeGreaterThan(2 * (more?.[2] ?? 255))
  expect(none).toEqual([0, 0, 0])
  expect(backend.bytes).toBe(0)
})
