import { expect, test } from 'vitest'
import type { AnyNode } from '../../src/node/define.ts'
import { bench, marigold } from './toys/bench.ts'

test('nothing that uses the device overlaps: node calls wait for other work, and that waits for them', async () => {
  let busy = 0
  let most = 0
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    most = Math.max(most, ++busy)
    // Long enough that what does not wait comes in between.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    const result = await work()
    busy -= 1
    return result
  }
  const toys = bench()
  const nodes = new Map(
    [...toys.nodes].map(([type, { batch: _, ...node }]): [string, AnyNode] => [
      type,
      { ...node, run: (...given) => alone(async () => node.run(...given)) },
    ]),
  )
  let drawn = 0
  const { engine } = bench({
    nodes,
    backend: toys.backend,
    listener: {
      // As the thumbnails of the page.
      state: () => void engine.lane.run(() => alone(async () => void drawn++)),
    },
  })
  await engine.run(marigold({ members: 3 }))
  await engine.lane.run(() => undefined)
  expect(drawn).toBeGreaterThan(10)
  expect(most).toBe(1)
  await engine.dispose()
})
