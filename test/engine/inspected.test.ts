import { expect, test } from 'vitest'
import { Inspected, type Numbers } from '../../src/engine/inspected.ts'
import { Painter } from '../../src/engine/painter.ts'

const never = () => Promise.reject(new Error('not drawn here'))
const drawn: { readonly values: readonly number[]; readonly signed: boolean; readonly largest: number }[] = []
const painter = new Painter(
  never,
  never,
  async (values, size, signed, largest) => {
    drawn.push({ values: [...values], signed, largest })
    return { ...size, data: new Uint8ClampedArray(4 * values.length) }
  },
  async ({ width, height }): Promise<ImageBitmap> => ({ width, height, close: () => undefined }),
)

const numbers = (values: readonly number[], of: Partial<Numbers> = {}): Numbers => ({
  key: 'a',
  kind: 'depth',
  size: { width: 2, height: 2 },
  width: 2,
  height: 2,
  values: Float32Array.from(values),
  ...of,
})

test('a point has one number per channel, and those of what was pinned where it is alike', () => {
  const inspected = new Inspected(painter)
  expect(inspected.point(0, 0)).toBeUndefined()
  inspected.show(numbers([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], { kind: 'normals' }))
  expect(inspected.point(1, 1)).toEqual({ key: 'a', x: 1, y: 1, values: [4, 8, 12] })
  inspected.pin()
  inspected.show(numbers([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], { kind: 'normals', key: 'b' }))
  expect(inspected.point(0, 1)).toEqual({ key: 'b', x: 0, y: 1, values: [0, 0, 0], pinned: [3, 7, 11] })
  inspected.show(numbers([1, 2, 3, 4]))
  expect(inspected.point(0, 1)).toEqual({ key: 'a', x: 0, y: 1, values: [3], range: [1, 4] })
})

test('a value that is larger than what was drawn is read where the pixel lies; outside there is nothing', () => {
  const inspected = new Inspected(painter)
  inspected.show(numbers([1, 2, 3, 4], { size: { width: 20, height: 20 } }))
  expect(inspected.point(19, 3)?.values).toEqual([2])
  expect(inspected.point(9, 10)?.values).toEqual([3])
  for (const [x, y] of [
    [-1, 0],
    [0, 20],
    [NaN, 0],
  ] as const)
    expect(inspected.point(x, y)).toBeUndefined()
})

test('how the numbers are spread is told of what is shown last', () => {
  const inspected = new Inspected(painter)
  expect(inspected.levels()).toBeUndefined()
  inspected.show(numbers([0, 1, NaN, 0.5]))
  expect(inspected.levels()).toMatchObject({ low: 0, high: 1, mean: 0.5, notFinite: 1 })
})

test('the difference is of the numbers: signed of one channel, without a number where one is not finite', async () => {
  const inspected = new Inspected(painter)
  inspected.show(numbers([0.25, 0.5, NaN, 1]))
  inspected.pin()
  inspected.show(numbers([0.5, 0, 1, 1], { key: 'b' }))
  expect(await inspected.difference()).toMatchObject({ key: 'b', signed: true, largest: 0.5, mean: 0.25 })
  expect(drawn.at(-1)).toEqual({ values: [0.25, -0.5, NaN, 0], signed: true, largest: 0.5 })
})

test('other sizes and kinds have no difference of numbers', async () => {
  const inspected = new Inspected(painter)
  expect(await inspected.difference()).toBeUndefined()
  inspected.show(numbers([1, 2, 3, 4]))
  inspected.pin()
  inspected.show(numbers([1, 2, 3, 4], { kind: 'mask' }))
  expect(await inspected.difference()).toBeUndefined()
  inspected.show(numbers([1, 2], { width: 1 }))
  expect(await inspected.difference()).toBeUndefined()
})
