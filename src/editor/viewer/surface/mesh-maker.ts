import type { DepthMap, Mesh, Shape } from './geometry.ts'
import type { MeshMade, MeshOrder } from './mesh.worker.ts'

/** Has meshes built in a Worker, one at a time: of what is asked for meanwhile only the last is built. */
export class MeshMaker {
  readonly #worker: Worker
  #turn = 0
  #busy = false
  /** What the Worker has. */
  #map: DepthMap | undefined
  #next: { readonly map: DepthMap; readonly shape: Shape; readonly form: MeshOrder['form'] } | undefined

  constructor(made: (mesh: Mesh) => void, failed: (message: string) => void) {
    this.#worker = new Worker(new URL('./mesh.worker.ts', import.meta.url), { type: 'module' })
    this.#worker.onmessage = ({ data }: MessageEvent<MeshMade>) => {
      this.#busy = false
      if (this.#next) this.#send()
      else made(data.mesh)
    }
    this.#worker.onerror = (event) => failed(event.message)
  }

  ask(map: DepthMap, shape: Shape, form: MeshOrder['form']): void {
    this.#next = { map, shape, form }
    if (!this.#busy) this.#send()
  }

  dispose(): void {
    this.#worker.terminate()
  }

  #send(): void {
    if (!this.#next) return
    const { map, shape, form } = this.#next
    const order = { turn: ++this.#turn, shape, form, ...(map !== this.#map && { map }) }
    this.#map = map
    this.#next = undefined
    this.#busy = true
    this.#worker.postMessage(order satisfies MeshOrder)
  }
}
