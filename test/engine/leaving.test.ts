import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { marigold } from './toys/bench.ts'
import { steppers } from './toys/stepper.ts'
import { listen, ToyWorker } from './toys/worker.ts'

beforeEach(() => {
  vi.useFakeTimers()
  ToyWorker.made = []
  ToyWorker.hang = false
  ToyWorker.tiers = []
  ToyWorker.tick = async () => undefined
})
afterEach(() => void vi.useRealTimers())

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('of a document that was left nothing is told, and what it shares with the next one is shown again', async () => {
  const { client, last, previews, seen, heard } = listen()
  client.run(marigold())
  client.view({ node: 'denoise', socket: 'latent', member: 0 })
  await wait(500)
  const [worker] = ToyWorker.made
  const all = [...previews]
  expect(all).toContain('denoise.latent full')

  previews.clear()
  seen.length = 0
  delete last.states
  worker?.hold()
  client.leave()
  // Said before the Worker hears of it: of the document before, whose nodes have the same names.
  const bitmap = { width: 1, height: 1, close: () => heard.push('closed') } as unknown as ImageBitmap
  const size = { width: 1, height: 1 }
  const old = { node: 'denoise', socket: 'latent', member: 0, members: 1, kind: 'image', size, bitmap } as const
  worker?.say({ say: 'preview', preview: { ...old, full: true } })
  worker?.say({ say: 'member', picture: { ...old, key: 'old' } })
  worker?.say({ say: 'states', states: [['denoise', { phase: 'waiting' }]] })
  await wait(10)
  expect([previews.size, seen, last.states, heard.filter((what) => what === 'closed').length]).toEqual([
    0,
    [],
    undefined,
    2,
  ])

  client.update(marigold())
  client.view({ node: 'denoise', socket: 'latent', member: 0 })
  worker?.go()
  await wait(500)
  // Everything is cached, and the page has nothing any more.
  expect([...previews].sort()).toEqual([...all].sort())
  expect(seen).toContain('spread of 4')
  client.dispose()
})

test('a run that is left draws nothing for the document that follows', async () => {
  const { client, previews, heard } = listen()
  await wait(10)
  const [worker] = ToyWorker.made
  ToyWorker.tick = () => new Promise((resolve) => setTimeout(resolve, 10))
  client.run(steppers(), ['stepper'])
  for (let i = 0; i < 100 && !previews.has('stepper.latent'); i++) await wait(5)
  expect(previews).toContain('stepper.latent')
  await wait(10)
  // In the middle of a step, after which it leaves what it has come to.
  client.cancel()
  client.leave()
  previews.clear()
  // Of the nodes of the same names none can be computed.
  client.update({ ...steppers(), links: [] })
  await wait(1_000)
  expect(heard).toContain('cancelled')
  expect([...previews].filter((shown) => !shown.startsWith('photo.'))).toEqual([])
  await worker?.host?.engine.dispose()
  expect(worker?.backend.bytes).toBe(0)
  client.dispose()
})
