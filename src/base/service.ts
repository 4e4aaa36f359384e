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

/** Services from pairs of key and implementation. A key that is not bound is a bug of the composition. */
export function bindServices(bound: readonly (readonly [Service<unknown>, unknown])[]): Services {
  const byId = new Map(bound.map(([key, value]) => [key.id, value]))
  return {
    use<T>(key: Service<T>): T {
      if (!byId.has(key.id)) throw new Error(`Nothing is bound to the service ${key.id}.`)
      return byId.get(key.id) as T
    },
  }
}
