/**
 * The result of `task`; how long it took goes into the performance timeline under `name`, where DevTools and
 * test/bench/first-depth.ts find it. Nothing is kept in memory: a recording has the entry by then.
 */
export async function measured<T>(name: string, task: () => Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    return await task()
  } finally {
    performance.measure(name, { start })
    performance.clearMeasures(name)
  }
}
