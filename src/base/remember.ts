/**
 * The promise under `key`, made on first use. One that fails is forgotten, so that the next use tries again; those who
 * wait for it fail with it.
 */
export function remember<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const before = known.get(key)
  if (before !== undefined) return before
  const made = make()
  known.set(key, made)
  made.catch(() => {
    // What was forgotten meanwhile may have been made anew.
    if (known.get(key) === made) known.delete(key)
  })
  return made
}
