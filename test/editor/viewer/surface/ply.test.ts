import { expect, it } from 'vitest'
import { linear, sampledBytes } from '../../../../src/editor/viewer/surface/colours.ts'
import { meshed } from '../../../../src/editor/viewer/surface/geometry.ts'
import { ply } from '../../../../src/editor/viewer/surface/ply.ts'

const map = { width: 2, height: 2, values: Float32Array.of(0, 0, 0, 0), quantity: 'depth' } as const
const shape = { fieldOfView: 90, near: 1, far: 2, cut: 1 }
const pixels = {
  width: 2,
  height: 2,
  data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 250, 128, 0, 255),
}

const parts = (file: Uint8Array) => {
  const text = new TextDecoder('latin1').decode(file)
  const end = text.indexOf('end_header\n') + 'end_header\n'.length
  return { head: text.slice(0, end).split('\n'), body: new DataView(file.buffer, end), bytes: file.length - end }
}

it('has every vertex with position, normal and colour, and every triangle', () => {
  const { head, body, bytes } = parts(ply(meshed(map, shape, 'surface'), pixels))
  expect(head.slice(0, 3)).toEqual(['ply', 'format binary_little_endian 1.0', 'element vertex 4'])
  expect(head).toContain('element face 2')
  expect(bytes).toBe(4 * 27 + 2 * 13)
  const numbers = (vertex: number) => [0, 1, 2, 3, 4, 5].map((i) => body.getFloat32(27 * vertex + 4 * i, true))
  expect(numbers(0)).toEqual([-0.5, 0.5, -1, 0, 0, 1])
  expect([24, 25, 26].map((i) => body.getUint8(27 * 3 + i))).toEqual([250, 128, 0])
  const face = 4 * 27
  expect([body.getUint8(face), ...[1, 5, 9].map((i) => body.getInt32(face + i, true))]).toEqual([3, 0, 2, 1])
})

it('has points without triangles, and no colours without a picture', () => {
  const { head, bytes } = parts(ply(meshed(map, shape, 'points')))
  expect(head.some((line) => line.includes('face') || line.includes('red'))).toBe(false)
  expect(bytes).toBe(4 * 24)
})

it('takes the colour under a vertex, and linear light of it for the graphics device', () => {
  expect([...sampledBytes(Float32Array.of(0.25, 0.75, 1, 1), pixels)]).toEqual([7, 8, 9, 250, 128, 0])
  expect([...linear(Uint8Array.of(0, 128, 255))]).toEqual([0, expect.closeTo(0.2159, 4), 1])
})
