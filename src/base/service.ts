/**
 * A typed key for something the host provides (an image decoder, checkpoints, files). Layers above declare the key next
 * to the interface; composition roots in src/app bind it. Nodes ask for it by `ctx.use(key)`.
 */
export interface Service<T> {
  readonly id: string
  /** Only for the type checker. */
  readonly of?: T
}

export const service = <T>(id: string): Service<T> => ({ id })

export interface Services {
  use<T>(key: Service<T>): T
}
