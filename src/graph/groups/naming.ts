/** Gives names of sockets and parameters that are not `given` yet. */
export function naming(given: Iterable<string> = []): (name: string) => string {
  const taken = new Set(given)
  return (name) => {
    let free = name
    for (let n = 2; taken.has(free); n++) free = `${name.slice(0, 55)}_${n}`
    taken.add(free)
    return free
  }
}
