import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { bench, marigold } from './toys/bench.ts'

/** An engine whose Denoise finds no memory while more bytes than `room` are held; how many members each call was given. */
function tight(room: number) {
  let dropped = 0
  const toys = bench()
  const { backend } = toys
  const denoise = toys.nodes.get('toy/denoise')
  const batch = denoise?.batch
  if (denoise === undefined || batch === undefined) throw new Error('the toys have changed')
  const calls: number[] = []
  const check = (members: number): void => {
    calls.push(members)
    if (backend.bytes > room)
      throw new AppError('gpu/out-of-memory', 'No memory is left.', { fix: 'Lower the resolution.' })
  }
  const tightened: typeof denoise = {
    ...denoise,
    async run(...given) {
      check(1)
      return denoise.run(...given)
    },
    batch: {
      ...batch,
      async run(...given) {
        check((given[0] as readonly unknown[]).length)
        return batch.run(...given)
      },
    },
  }
  const nodes = new Map([...toys.nodes, [denoise.type, tightened]])
  const { engine } = bench({ backend, nodes, dropModels: async () => void dropped++ })
  return { engine, backend, calls, dropped: () => dropped }
}

/** Bytes that are held when Denoise of one member begins in a fresh engine, and after its run. */
async function bytesOf(document = marigold({ members: 1 })) {
  const { engine, backend } = tight(Infinity)
  await engine.run(document)
  const after = backend.bytes
  await engine.dispose()
  return after
}

test('results of earlier runs make room before anything else is tried, and nothing fails', async () => {
  const room = await bytesOf()
  const { engine, backend, calls } = tight(room)
  await engine.run(marigold({ members: 1, seed: 1 }))
  const { nodes, failed } = await engine.run(marigold({ members: 1, seed: 2 }))
  await engine.run(marigold({ members: 1, seed: 3 }))
  expect(failed).toBeUndefined()
  expect(nodes.find(({ id }) => id === 'denoise')).toMatchObject({ computed: 1 })
  // A call that found no memory was followed by one that did.
  expect(calls.length).toBeGreaterThan(3)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('where even one member does not fit, the error names the node and says what to change', async () => {
  const { engine, backend, calls, dropped } = tight(0)
  await expect(engine.run(marigold({ members: 2, batch: 2 }))).rejects.toMatchObject({
    code: 'gpu/out-of-memory',
    node: 'denoise',
    fix: 'Lower the resolution.',
  })
  // As asked, again with what is cached given up, then one by one.
  expect(calls).toEqual([2, 2, 1])
  // What models hold is given up each time: of their own buffers some may be those without memory.
  expect(dropped()).toBe(3)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})

test('a run that is too large only for its batch goes on with half of it, and what is cached stays', async () => {
  const toys = bench()
  const denoise = toys.nodes.get('toy/denoise')
  const batch = denoise?.batch
  if (denoise === undefined || batch === undefined) throw new Error('the toys have changed')
  const calls: number[] = []
  const limited: typeof denoise = {
    ...denoise,
    batch: {
      ...batch,
      async run(...given) {
        const members = (given[0] as readonly unknown[]).length
        calls.push(members)
        if (members > 1) throw new AppError('onnx/too-large', 'It needs more than there is.')
        return batch.run(...given)
      },
    },
  }
  const { backend } = toys
  const { engine } = bench({ backend, nodes: new Map([...toys.nodes, [denoise.type, limited]]) })
  await engine.run(marigold({ members: 2, seed: 1 }))
  const before = engine.bytes
  calls.length = 0
  const { failed } = await engine.run(marigold({ members: 4, seed: 2, batch: 4 }))
  expect(failed).toBeUndefined()
  expect(calls).toEqual([4, 2, 1, 1, 1, 1])
  expect(engine.bytes).toBeGreaterThan(before)
  await engine.dispose()
  expect(backend.bytes).toBe(0)
})
