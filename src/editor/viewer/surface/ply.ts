import { sampledBytes, type PixelBytes } from './colours.ts'
import type { Mesh } from './geometry.ts'

const VERTEX = ['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}`)
const COLOUR = ['red', 'green', 'blue'].map((name) => `property uchar ${name}`)

/**
 * A mesh as a Stanford PLY, binary and little-endian: positions and normals as floats, the picture's colours as bytes of
 * sRGB, and triangles where there are some.
 */
export function ply({ positions, normals, uvs, triangles }: Mesh, pixels?: PixelBytes): Uint8Array<ArrayBuffer> {
  const vertices = positions.length / 3
  const faces = triangles.length / 3
  const head = [
    'ply',
    'format binary_little_endian 1.0',
    `element vertex ${vertices}`,
    ...VERTEX,
    ...(pixels ? COLOUR : []),
    ...(faces > 0 ? [`element face ${faces}`, 'property list uchar int vertex_indices'] : []),
    'end_header\n',
  ].join('\n')
  const bytesPerVertex = 24 + (pixels ? 3 : 0)
  const file = new Uint8Array(head.length + vertices * bytesPerVertex + faces * 13)
  file.set(new TextEncoder().encode(head))
  const view = new DataView(file.buffer)
  const colours = pixels && sampledBytes(uvs, pixels)
  let at = head.length
  for (let vertex = 0; vertex < vertices; vertex++) {
    for (const numbers of [positions, normals])
      for (let c = 0; c < 3; c++, at += 4) view.setFloat32(at, numbers[3 * vertex + c] ?? 0, true)
    if (!colours) continue
    file.set(colours.subarray(3 * vertex, 3 * vertex + 3), at)
    at += 3
  }
  for (let face = 0; face < faces; face++) {
    view.setUint8(at++, 3)
    for (let c = 0; c < 3; c++, at += 4) view.setInt32(at, triangles[3 * face + c] ?? 0, true)
  }
  return file
}
