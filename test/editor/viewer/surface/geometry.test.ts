import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  backProjected,
  distance,
  distances,
  meshed,
  spans,
  triangulated,
  vertexNormals,
  type DepthMap,
  type Shape,
} from '../../../../src/editor/viewer/surface/geometry.ts'

const SHAPE: Shape = { fieldOfView: 90, near: 1, far: 3, cut: 0.1 }
const map = (width: number, height: number, values: readonly number[]): DepthMap => ({
  width,
  height,
  values: Float32Array.from(values),
  quantity: 'depth',
})
const flat = (width: number, height: number, value = 0.5) => map(width, height, Array(width * height).fill(value))

describe('distance', () => {
  it('goes from near to far in depth, and from far to near in disparity', () => {
    expect([0, 0.5, 1].map((value) => distance(value, 'depth', SHAPE))).toEqual([1, 2, 3])
    expect([0, 1].map((value) => distance(value, 'disparity', SHAPE))).toEqual([3, 1])
    // The inverse is linear: half way between 1/3 and 1.
    expect(distance(0.5, 'disparity', SHAPE)).toBeCloseTo(1.5)
  })
  it('stays between near and far whatever a map holds', () => {
    expect([-7, 9].map((value) => distance(value, 'depth', SHAPE))).toEqual([1, 3])
  })
})

describe('back-projection', () => {
  it('spans the field of view along the longer side and keeps pixels square', () => {
    expect(spans({ width: 400, height: 200 }, 90)).toEqual([expect.closeTo(1), expect.closeTo(0.5)])
    expect(spans({ width: 200, height: 400 }, 90)).toEqual([expect.closeTo(0.5), expect.closeTo(1)])
  })
  it('puts the picture upright before the camera', () => {
    const plane = flat(2, 2)
    const [left, , right] = [0, 1, 3].map((vertex) =>
      [...backProjected(plane, distances(plane, SHAPE), 90)].slice(3 * vertex, 3 * vertex + 3),
    )
    // 90° at distance 2: the picture is 4 wide, its samples' middles at ±1.
    expect(left).toEqual([expect.closeTo(-1), expect.closeTo(1), -2])
    expect(right).toEqual([expect.closeTo(1), expect.closeTo(-1), -2])
  })
  it('is taken back by the projection, whatever the depth', () => {
    const sizes = fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 5, max: 120 }), fc.integer(), ({ width, height }, fieldOfView, seed) => {
        const plane = map(
          width,
          height,
          Array.from({ length: width * height }, (_, i) => Math.abs(Math.sin(seed + i))),
        )
        const positions = backProjected(plane, distances(plane, SHAPE), fieldOfView)
        const [across, down] = spans(plane, fieldOfView)
        for (let i = 0; i < width * height; i++) {
          const [x = NaN, y = NaN, z = NaN] = positions.subarray(3 * i, 3 * i + 3)
          expect(((x / -z / across + 1) / 2) * width - 0.5).toBeCloseTo(i % width, 3)
          expect(((1 - y / -z / down) / 2) * height - 0.5).toBeCloseTo(Math.floor(i / width), 3)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the cut', () => {
  it('leaves out triangles across a step that is a larger share of the distance, and counts them', () => {
    const columns = (far: number) => Float32Array.from([1, 1, far, far, 1, 1, far, far])
    const size = { width: 4, height: 2 }
    expect(triangulated(size, columns(1.09), 0.1)).toMatchObject({ cut: 0 })
    const { triangles, cut } = triangulated(size, columns(1.12), 0.1)
    expect(cut).toBe(2)
    expect(triangles).toHaveLength(12)
    // Nothing joins the left two columns and the right two.
    for (let t = 0; t < triangles.length; t += 3)
      expect(new Set([...triangles.subarray(t, t + 3)].map((vertex) => vertex % 4 > 1)).size).toBe(1)
  })
  it('is relative: the same step farther away is a surface', () => {
    const size = { width: 2, height: 2 }
    expect(triangulated(size, Float32Array.of(1, 1.2, 1, 1.2), 0.1).triangles).toHaveLength(0)
    expect(triangulated(size, Float32Array.of(10, 10.2, 10, 10.2), 0.1).triangles).toHaveLength(6)
  })
  it('leaves out only the triangles around what is no number', () => {
    for (const hole of [0, 1, 2, 3]) {
      const away = Float32Array.of(1, 1, 1, 1)
      away[hole] = NaN
      const { triangles, cut } = triangulated({ width: 2, height: 2 }, away, 0.1)
      expect([triangles.length, [...triangles].includes(hole), cut]).toEqual([3, false, 0])
    }
  })
  it('makes nothing of a row, a column or a point', () => {
    for (const size of [
      { width: 5, height: 1 },
      { width: 1, height: 5 },
      { width: 1, height: 1 },
    ])
      expect(triangulated(size, new Float32Array(size.width * size.height).fill(1), 1).triangles).toHaveLength(0)
  })
})

describe('normals', () => {
  it('point at the camera from a wall before it', () => {
    const { normals } = meshed(flat(3, 3), SHAPE, 'surface')
    for (let i = 0; i < normals.length; i += 3) expect([...normals.subarray(i, i + 3)]).toEqual([0, 0, 1])
  })
  it('point up from a floor, and at the camera where there is no triangle', () => {
    // Farther above: lower rows of the picture are nearer.
    const floor = map(2, 3, [0.9, 0.9, 0.5, 0.5, 0.1, 0.1])
    const { normals } = meshed(floor, { ...SHAPE, cut: 1 }, 'surface')
    for (let i = 1; i < normals.length; i += 3) expect(normals[i]).toBeGreaterThan(0.1)
    const [alone] = [vertexNormals(Float32Array.of(0, 3, -4), new Uint32Array(0))]
    expect([...alone]).toEqual([-0, expect.closeTo(-0.6), expect.closeTo(0.8)])
  })
  it('are of length 1 and face the camera for any map', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }), (values) => {
        const { positions, normals, triangles } = meshed(map(6, 5, values), { ...SHAPE, cut: 10 }, 'surface')
        expect(triangles).toHaveLength(3 * 2 * 5 * 4)
        for (let i = 0; i < normals.length; i += 3) {
          const [n, p] = [normals.subarray(i, i + 3), positions.subarray(i, i + 3)]
          expect(Math.hypot(...n)).toBeCloseTo(1, 4)
          expect((n[0] ?? 0) * (p[0] ?? 0) + (n[1] ?? 0) * (p[1] ?? 0) + (n[2] ?? 0) * (p[2] ?? 0)).toBeLessThan(1e-6)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('a mesh', () => {
  it('keeps only the vertices that triangles use, each with its place in the picture', () => {
    const step = map(4, 2, [0, 0, 1, NaN, 0, 0, 1, 1])
    const surface = meshed(step, SHAPE, 'surface')
    expect(surface.triangles).toHaveLength(9)
    expect(surface.positions).toHaveLength(3 * 7)
    expect([...surface.uvs.subarray(0, 4)]).toEqual([0.125, 0.25, 0.375, 0.25])
    expect(Math.max(...surface.triangles)).toBe(6)
    const points = meshed(step, SHAPE, 'points')
    expect([points.positions.length, points.triangles.length, points.cut]).toEqual([3 * 7, 0, 0])
    expect(points.positions.every(Number.isFinite)).toBe(true)
  })
  it('is empty where nothing is a number', () => {
    const { positions, triangles } = meshed(flat(3, 3, NaN), SHAPE, 'surface')
    expect([positions.length, triangles.length]).toEqual([0, 0])
  })
})
