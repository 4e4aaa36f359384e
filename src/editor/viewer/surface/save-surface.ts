import {
  BufferAttribute,
  BufferGeometry,
  Mesh as TriangleMesh,
  MeshStandardMaterial,
  Points,
  PointsMaterial,
  SRGBColorSpace,
  Texture,
} from 'three'
import { linear, sampledBytes, type PixelBytes } from './colours.ts'
import type { Mesh } from './geometry.ts'
import { ply } from './ply.ts'

export type SurfaceFormat = 'glb' | 'ply'

/** What lies over a mesh. */
export interface Picture {
  readonly bitmap: ImageBitmap
  readonly pixels: PixelBytes
}

/** A mesh as a file: GLB with its picture, or PLY with a colour for each vertex. Needs no graphics device. */
export async function surfaceFile(mesh: Mesh, picture: Picture | undefined, format: SurfaceFormat): Promise<Blob> {
  return format === 'ply'
    ? new Blob([ply(mesh, picture?.pixels)], { type: 'application/octet-stream' })
    : new Blob([await glb(mesh, picture)], { type: 'model/gltf-binary' })
}

async function glb(mesh: Mesh, picture: Picture | undefined): Promise<ArrayBuffer> {
  const { GLTFExporter } = await import('three/addons/exporters/GLTFExporter.js')
  const geometry = new BufferGeometry()
  geometry.setAttribute('position', new BufferAttribute(mesh.positions, 3))
  geometry.setAttribute('normal', new BufferAttribute(mesh.normals, 3))
  if (mesh.triangles.length === 0) {
    if (picture) geometry.setAttribute('color', new BufferAttribute(linear(sampledBytes(mesh.uvs, picture.pixels)), 3))
    return exported(new Points(geometry, new PointsMaterial({ vertexColors: picture !== undefined })))
  }
  geometry.setAttribute('uv', new BufferAttribute(mesh.uvs, 2))
  geometry.setIndex(new BufferAttribute(mesh.triangles, 1))
  const map = picture ? new Texture(picture.bitmap) : null
  if (map) Object.assign(map, { flipY: false, colorSpace: SRGBColorSpace })
  // Seen from both sides, as in the view.
  return exported(new TriangleMesh(geometry, new MeshStandardMaterial({ map, metalness: 0, roughness: 1, side: 2 })))

  async function exported(thing: Points | TriangleMesh): Promise<ArrayBuffer> {
    const file = await new GLTFExporter().parseAsync(thing, { binary: true })
    if (!(file instanceof ArrayBuffer)) throw new Error('The surface could not be written.')
    return file
  }
}
