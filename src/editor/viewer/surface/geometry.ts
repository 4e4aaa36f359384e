import type { Relief } from '../../../engine/events.ts'

/** How a depth map becomes a shape. The map says what is nearer, not how far it is: that is chosen here. */
export interface Shape {
  /** Degrees that the longer side of the picture spans, seen from its camera. */
  readonly fieldOfView: number
  /** Distances of the nearest and of the farthest that a map can tell; 0 < near < far. */
  readonly near: number
  readonly far: number
  /** The largest step between neighbours that is a surface, as a share of the nearer one's distance. */
  readonly cut: number
}

/** A triangle mesh, or points without triangles, as buffers for the graphics device. */
export interface Mesh {
  /** x to the right, y up, z towards the viewer; the picture's camera is at the origin. Three per vertex. */
  readonly positions: Float32Array<ArrayBuffer>
  /** Of length 1, towards the picture's camera. Three per vertex. */
  readonly normals: Float32Array<ArrayBuffer>
  /** Where the vertex is in the picture, from its top left corner, 0..1. Two per vertex. */
  readonly uvs: Float32Array<ArrayBuffer>
  /** Counter-clockwise as the picture's camera sees them. */
  readonly triangles: Uint32Array<ArrayBuffer>
  /** Triangles left out because a step in them is too large. */
  readonly cut: number
}

export type DepthMap = Pick<Relief, 'width' | 'height' | 'values' | 'quantity'>

/** The distance, along the camera's axis, of a value of 0..1: depth is linear in distance, disparity in its inverse. */
export function distance(value: number, quantity: DepthMap['quantity'], { near, far }: Shape): number {
  const share = value < 0 ? 0 : value > 1 ? 1 : value
  return quantity === 'depth' ? near + share * (far - near) : 1 / (1 / far + share * (1 / near - 1 / far))
}

/** Tangents of half the angles that the picture spans across and down. */
export function spans({ width, height }: Pick<DepthMap, 'width' | 'height'>, fieldOfView: number): [number, number] {
  const half = Math.tan((fieldOfView * Math.PI) / 360)
  const longest = Math.max(width, height)
  return [(half * width) / longest, (half * height) / longest]
}

/** Distances of all samples; NaN where the map has no number. */
export const distances = ({ values, quantity }: DepthMap, shape: Shape): Float32Array =>
  values.map((value) => (Number.isFinite(value) ? distance(value, quantity, shape) : NaN))

/** All samples as points in space: a pinhole camera's pictures taken back through the middle of each sample. */
export function backProjected(map: DepthMap, away: Float32Array, fieldOfView: number): Float32Array {
  const { width, height } = map
  const [across, down] = spans(map, fieldOfView)
  const positions = new Float32Array(3 * away.length)
  for (let y = 0, at = 0; y < height; y++) {
    const up = (1 - (2 * y + 1) / height) * down
    for (let x = 0; x < width; x++, at++) {
      const z = away[at] ?? NaN
      positions[3 * at] = ((2 * x + 1) / width - 1) * across * z
      positions[3 * at + 1] = up * z
      positions[3 * at + 2] = -z
    }
  }
  return positions
}

/**
 * Two triangles for every four neighbours, split along the diagonal of the smaller step. Left out: those with a sample that
 * is no number, and those (counted in `cut`) where neighbours are too far apart to be of one surface.
 */
export function triangulated(
  { width, height }: Pick<DepthMap, 'width' | 'height'>,
  away: Float32Array,
  largest: number,
): { readonly triangles: Uint32Array; readonly cut: number } {
  const triangles = new Uint32Array(6 * Math.max(0, width - 1) * Math.max(0, height - 1))
  let [count, cut] = [0, 0]
  const add = (a: number, b: number, c: number): void => {
    const [da = NaN, db = NaN, dc = NaN] = [away[a], away[b], away[c]]
    const nearest = Math.min(da, db, dc)
    if (Number.isNaN(nearest)) return
    if (Math.max(da, db, dc) - nearest > largest * nearest) return void cut++
    triangles[count++] = a
    triangles[count++] = b
    triangles[count++] = c
  }
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const [a, b, c, d] = [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]
      const step = (p: number, q: number) => Math.abs((away[p] ?? NaN) - (away[q] ?? NaN))
      const rising = step(b, c)
      // A sample that is no number costs one triangle: the diagonal passes it by.
      if (Number.isNaN(rising) || step(a, d) < rising) {
        add(a, c, d)
        add(a, d, b)
      } else {
        add(a, c, b)
        add(b, c, d)
      }
    }
  }
  return { triangles: triangles.slice(0, count), cut }
}

/** The mean of the triangles around each vertex, weighed by their area; towards the camera where there is none. */
export function vertexNormals(positions: Float32Array, triangles: Uint32Array): Float32Array {
  const normals = new Float32Array(positions.length)
  const at = (i: number): number => positions[i] ?? 0
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * (triangles[t] ?? 0), 3 * (triangles[t + 1] ?? 0), 3 * (triangles[t + 2] ?? 0)]
    const [ux, uy, uz] = [at(b) - at(a), at(b + 1) - at(a + 1), at(b + 2) - at(a + 2)]
    const [vx, vy, vz] = [at(c) - at(a), at(c + 1) - at(a + 1), at(c + 2) - at(a + 2)]
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
    for (const i of [a, b, c]) {
      normals[i] = (normals[i] ?? 0) + nx
      normals[i + 1] = (normals[i + 1] ?? 0) + ny
      normals[i + 2] = (normals[i + 2] ?? 0) + nz
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    let [x = 0, y = 0, z = 0] = normals.subarray(i, i + 3)
    if (x === 0 && y === 0 && z === 0) [x, y, z] = [-at(i), -at(i + 1), -at(i + 2)]
    const length = Math.hypot(x, y, z) || 1
    normals[i] = x / length
    normals[i + 1] = y / length
    normals[i + 2] = z / length
  }
  return normals
}

/**
 * The whole way from a map to a mesh: of a surface the vertices that triangles use, of points all that have a number.
 * Normals are those of the cut surface in both.
 */
export function meshed(map: DepthMap, shape: Shape, form: 'surface' | 'points'): Mesh {
  const away = distances(map, shape)
  const positions = backProjected(map, away, shape.fieldOfView)
  const { triangles, cut } = triangulated(map, away, shape.cut)
  const normals = vertexNormals(positions, triangles)
  const place = new Int32Array(away.length).fill(-1)
  if (form === 'surface') for (const vertex of triangles) place[vertex] = 0
  else away.forEach((z, vertex) => (place[vertex] = Number.isNaN(z) ? -1 : 0))
  let count = 0
  place.forEach((kept, vertex) => kept === 0 && (place[vertex] = count++))
  const mesh = {
    positions: new Float32Array(3 * count),
    normals: new Float32Array(3 * count),
    uvs: new Float32Array(2 * count),
    triangles: form === 'surface' ? Uint32Array.from(triangles, (vertex) => place[vertex] ?? 0) : new Uint32Array(0),
    cut: form === 'surface' ? cut : 0,
  }
  place.forEach((to, vertex) => {
    if (to < 0) return
    mesh.positions.set(positions.subarray(3 * vertex, 3 * vertex + 3), 3 * to)
    mesh.normals.set(normals.subarray(3 * vertex, 3 * vertex + 3), 3 * to)
    mesh.uvs[2 * to] = ((vertex % map.width) + 0.5) / map.width
    mesh.uvs[2 * to + 1] = (Math.floor(vertex / map.width) + 0.5) / map.height
  })
  return mesh
}
