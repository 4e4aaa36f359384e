import { meshed, type DepthMap, type Mesh, type Shape } from './geometry.ts'

/** Builds meshes beside the page, whose gestures a map of half a million triangles would hold up. */
export interface MeshOrder {
  readonly turn: number
  /** Sent once; those of the order before when left out. */
  readonly map?: DepthMap
  readonly shape: Shape
  readonly form: 'surface' | 'points'
}

export interface MeshMade {
  readonly turn: number
  readonly mesh: Mesh
}

let map: DepthMap | undefined

addEventListener('message', ({ data }: MessageEvent<MeshOrder>) => {
  map = data.map ?? map
  if (map === undefined) return
  const mesh = meshed(map, data.shape, data.form)
  const made: MeshMade = { turn: data.turn, mesh }
  postMessage(made, {
    transfer: [mesh.positions.buffer, mesh.normals.buffer, mesh.uvs.buffer, mesh.triangles.buffer],
  })
})
