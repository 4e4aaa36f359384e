import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FromWorker } from '../../src/engine/protocol.ts'
import { memoryFiles, Tier } from '../../src/engine/results/tier.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { marigold } from './toys/bench.ts'
import { listen, ToyWorker } from './toys/worker.ts'

beforeEach(() => {
  vi.useFakeTimers()
  ToyWorker.made = []
  ToyWorker.hang = false
  ToyWorker.tiers = []
})
afterEach(() => void vi.useRealTimers())

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const asked = (worker: ToyWorker | undefined) =>
  worker?.got.map((message) => message.do).filter((what) => what !== 'ping')

test('a run asked for before the Worker is ready is done; states and thumbnails come', async () => {
  const { client, heard, last, previews, seen } = listen()
  client.run(marigold())
  await wait(500)
  expect(heard).toEqual(['ready', 'warned mean', 'finished'])
  expect([...(last.states?.values() ?? [])].map(({ phase }) => phase)).toEqual(Array.from({ length: 7 }, () => 'done'))
  expect([...previews].sort()).toEqual([
    'colour.image',
    'denoise.latent',
    'encode.latent',
    'mean.depth',
    'noise.noise',
    'photo.image',
    'view.value',
  ])
  client.view({ node: 'denoise', socket: 'latent', member: 2 })
  await wait(10)
  expect(previews.has('denoise.latent full')).toBe(true)
  expect(seen).toEqual([
    'denoise: 4 members on mean',
    'member 0',
    'member 1',
    'member 2',
    'member 3',
    'spread of 4',
    'denoise: 4 members on denoise and mean',
  ])
  const [worker] = ToyWorker.made
  await worker?.host?.engine.dispose()
  expect(worker?.backend.bytes).toBe(0)
  client.dispose()
})

test('files of a run that was replaced are not taken for those of the new one', async () => {
  const { client, heard } = listen()
  await wait(10)
  const [worker] = ToyWorker.made
  client.run(marigold())
  // the Worker is at the end of an Export when the page asks for another run
  const file = (name: string) => worker?.say({ say: 'file', name, bytes: new Uint8Array(1), mime: 'image/png' })
  worker?.hold()
  client.run(marigold())
  file('old.png')
  await wait(10)
  worker?.go()
  file('new.png')
  await wait(500)
  file('late.png')
  await wait(10)
  expect(heard.filter((what) => what !== 'warned mean')).toEqual(['ready', 'file new.png', 'finished'])
  client.dispose()
})

test('a Worker that does not answer for 30 s of a run is replaced, and the run is told as failed', async () => {
  const { client, heard } = listen()
  await wait(10)
  const file = { arrayBuffer: async () => Uint8Array.of(97, 98, 99).buffer } as Blob
  expect(await client.addPicture(file, '/home/me/a.png')).toEqual({
    from: 'file',
    name: 'a.png',
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  ToyWorker.hang = true
  client.run(marigold())
  await wait(28_000)
  expect(heard).toEqual(['ready'])
  ToyWorker.hang = false
  await wait(4_000)
  expect(heard).toEqual(['ready', 'restarted', 'failed engine/hung', 'ready'])
  expect(ToyWorker.made.map(({ terminated }) => terminated)).toEqual([true, false])
  expect(asked(ToyWorker.made[1])).toEqual(['picture', 'update'])
  client.dispose()
})

test('a Worker that is too busy to answer, but says so, is waited for', async () => {
  const { client, heard } = listen()
  await wait(10)
  ToyWorker.hang = true
  client.run(marigold())
  for (let spoken = 0; spoken < 5; spoken++) {
    await wait(20_000)
    ToyWorker.made[0]?.say({ say: 'busy' })
  }
  expect(heard).toEqual(['ready'])
  await wait(32_000)
  expect(heard).toEqual(['ready', 'restarted', 'failed engine/hung', 'ready'])
  client.dispose()
})

test('without a run nobody looks at the clock', async () => {
  const { client, heard } = listen()
  await wait(10)
  ToyWorker.hang = true
  await wait(120_000)
  expect(heard).toEqual(['ready'])
  client.dispose()
})

test('a Worker that answers but does not stop within 5 s of a cancel is replaced', async () => {
  const { client, heard } = listen()
  await wait(10)
  ToyWorker.hang = true
  client.run(marigold())
  client.cancel()
  await wait(4_000)
  expect(heard).toEqual(['ready'])
  ToyWorker.hang = false
  await wait(2_000)
  expect(heard).toEqual(['ready', 'restarted', 'cancelled', 'ready'])
  client.dispose()
})

test('after a lost device the run goes on by itself once; the second time it fails', async () => {
  const { client, heard } = listen()
  await wait(10)
  ToyWorker.hang = true
  client.run(marigold())
  ToyWorker.made[0]?.say(dead)
  await wait(10)
  expect(asked(ToyWorker.made[1])).toEqual(['update', 'run'])
  ToyWorker.made[1]?.say(dead)
  await wait(10)
  expect(heard).toEqual(['ready', 'restarted, repeats', 'ready', 'restarted', 'failed gpu/device-lost', 'ready'])
  expect(asked(ToyWorker.made[2])).toEqual(['update'])
  client.dispose()
})

test('what is looked at is told to a Worker that is ready, and to one that replaces it', async () => {
  const { client, seen } = listen()
  client.update(marigold())
  client.view({ node: 'denoise', socket: 'latent', member: 0 })
  await wait(10)
  expect(seen).toEqual(['denoise: 4 members on denoise and mean'])
  ToyWorker.made[0]?.say({ say: 'dead', error: { code: 'gpu/device-lost', message: 'It is gone.' } })
  await wait(10)
  expect(ToyWorker.made).toHaveLength(2)
  client.run(marigold())
  await wait(500)
  expect(new Set(seen.slice(1))).toEqual(
    new Set(['denoise: 4 members on denoise and mean', 'member 0', 'member 1', 'member 2', 'member 3', 'spread of 4']),
  )
  client.dispose()
})

const dead: FromWorker = { say: 'dead', error: { code: 'gpu/device-lost', message: 'Lost.' } }
const ends = (heard: readonly string[]) => heard.filter((what) => /^(restarted|failed|finished)/.test(what))

test.each([
  [59_000, ['restarted', 'restarted', 'failed gpu/device-lost']],
  [61_000, ['restarted', 'restarted, repeats', 'finished']],
])('a run whose device is lost %i ms after another loss: %j', async (pause, expected) => {
  const { client, heard } = listen()
  await wait(10)
  // The first loss is of an idle engine: it is started again without a word more.
  ToyWorker.made[0]?.say(dead)
  await wait(pause)
  ToyWorker.hang = true
  client.run(marigold())
  ToyWorker.made[1]?.say(dead)
  ToyWorker.hang = false
  await wait(500)
  expect(ends(heard)).toEqual(expected)
  client.dispose()
})

test('a Worker that crashes during a run is replaced, and the run goes on in the new one', async () => {
  const { client, heard } = listen()
  await wait(10)
  const [worker] = ToyWorker.made
  worker?.hold()
  client.run(marigold())
  worker?.onerror?.({ message: 'Out of memory' })
  await wait(500)
  expect(ends(heard)).toEqual(['restarted, repeats', 'finished'])
  client.dispose()
})

test('a page that was asleep or hidden during a run does not take its own silence for the Worker’s', async () => {
  const { client, heard } = listen()
  await wait(10)
  const [worker] = ToyWorker.made
  worker?.hold()
  client.run(marigold())
  // Hidden: timers come once a minute. Asleep: no timer for hours.
  for (const gap of [60_000, 60_000, 6 * 3_600_000]) {
    vi.setSystemTime(Date.now() + gap)
    await wait(1_000)
  }
  expect(heard).toEqual(['ready'])
  // Awake, the Worker that is silent is found out as ever.
  await wait(31_000)
  expect(ends(heard)).toEqual(['restarted', 'failed engine/hung'])
  client.dispose()
})

test('another backend is another Worker, which is told it, goes on with the run, and is kept in mind', async () => {
  const { client, heard, backends } = listen()
  await wait(10)
  ToyWorker.made[0]?.hold()
  client.run(marigold())
  client.use('wasm')
  await wait(500)
  client.use('wasm')
  expect([client.backend, backends]).toEqual(['wasm', ['auto', 'wasm']])
  expect(heard.filter((what) => what !== 'warned mean')).toEqual([
    'ready',
    'chosen wasm',
    'restarted, repeats',
    'ready',
    'finished',
  ])
  client.dispose()
})

test('results that are kept are counted in bytes and forgotten when asked', async () => {
  const files = memoryFiles()
  ToyWorker.tiers = [new Tier(files, 1e9)]
  const { client, last } = listen()
  await files.write('0a-50-100', new Uint8Array(100))
  expect(client.backend).toBe('auto')
  const before = client.keptBytes()
  client.run(marigold())
  await wait(500)
  expect(await before).toBe(100)
  const phases = () => new Set([...(last.states?.values() ?? [])].map(({ phase }) => phase))
  expect(phases()).toEqual(new Set(['done']))
  const forgotten = client.forgetResults()
  await wait(50)
  await forgotten
  expect([await files.list(), phases()]).toEqual([[], new Set(['stale'])])
  client.dispose()
})

test('a newer run replaces an older one: one end is told', async () => {
  const { client, heard } = listen()
  await wait(10)
  client.run(marigold({ seed: 1 }))
  client.run(marigold({ seed: 2 }))
  await wait(500)
  expect(heard.filter((what) => what === 'finished' || what === 'cancelled')).toEqual(['finished'])
  client.dispose()
})

test('graph files are read in the Worker; refusals are typed errors', async () => {
  const { client } = listen()
  const early = client.open(serialize(marigold()))
  await wait(10)
  expect((await early).document).toEqual(marigold())
  await expect(client.open('{')).rejects.toMatchObject({ name: 'AppError', code: 'graph/not-json' })
  client.dispose()
})

test('a checkpoint folder is taken or refused with the reason; a new Worker is given those that were taken', async () => {
  const { client, heard } = listen()
  const refused = expect(client.addCheckpoint({ name: 'none', files: new Map() })).rejects.toMatchObject({
    code: 'checkpoint/missing-file',
  })
  const taken = client.addCheckpoint({ name: 'mine', files: new Map([['model_index.json', new Blob(['{}'])]]) })
  await wait(50)
  await refused
  expect((await taken).id).toBe('folder:mine')
  ToyWorker.made[0]?.say({ say: 'dead', error: { code: 'gpu/device-lost', message: 'The device was lost.' } })
  await wait(50)
  expect(heard).toContain('restarted')
  const again = ToyWorker.made[1]?.got.filter((message) => message.do === 'checkpoint')
  expect(again?.map(({ name }) => name)).toEqual(['mine'])
})

test('what checkpoints take is told when an edit has rested, and again under another limit, after a run that goes on', async () => {
  const { client, heard, told } = listen()
  const document = marigold({})
  const choice = document.nodes[0]?.id ?? ''
  client.limitMemory(7)
  client.update(document)
  client.update(document)
  await vi.advanceTimersByTimeAsync(1000)
  expect(told).toEqual([`${choice} 7`])
  client.run(document)
  client.limitMemory(9)
  await vi.waitUntil(() => heard.includes('finished'))
  expect(told).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(told).toEqual([`${choice} 7`, `${choice} 9`])
  client.dispose()
})

test('a limit outlives an engine that died', async () => {
  const { client } = listen()
  client.limitMemory(7)
  await vi.advanceTimersByTimeAsync(10)
  ToyWorker.made[0]?.say({ say: 'dead', error: { code: 'gpu/device-lost', message: 'gone' } })
  await vi.advanceTimersByTimeAsync(10)
  expect(ToyWorker.made.map(({ limit }) => limit)).toEqual([7, 7])
  client.dispose()
})

test('after an edit what takes no time is computed at once and told as begun; what was never measured waits for the page', async () => {
  const { client, heard } = listen()
  await wait(10)
  client.update(marigold({ seed: 1 }), { viewed: 'view' })
  await wait(100)
  expect(heard).not.toContain('begun')
  client.run(marigold({ seed: 1 }))
  await wait(500)
  heard.length = 0
  const edited = marigold({ seed: 1, map: 'red' })
  client.update(edited, { viewed: 'view' })
  await wait(200)
  expect(heard).toEqual(['begun', 'finished'])
  // The page asked once.
  expect(asked(ToyWorker.made[0])?.slice(-1)).toEqual(['update'])
  // Without leave to do so nothing runs.
  client.update(marigold({ seed: 1, map: 'grey' }))
  await wait(200)
  expect(heard).toEqual(['begun', 'finished'])
  client.dispose()
})

test('of edits that follow each other quickly the last one is computed, also after Run, and none of a document that was left', async () => {
  const { client, heard } = listen()
  client.run(marigold({ seed: 1 }))
  await wait(500)
  heard.length = 0
  for (const map of ['red', 'grey', 'red']) client.update(marigold({ seed: 1, map }), { viewed: 'view' })
  await wait(200)
  expect(heard.at(-1)).toBe('finished')
  expect(heard.filter((what) => what === 'finished')).toHaveLength(1)
  heard.length = 0
  client.update(marigold({ seed: 1, map: 'grey' }), { viewed: 'view' })
  client.run(marigold({ seed: 2, map: 'red' }))
  await wait(500)
  expect(heard.filter((what) => what !== 'warned mean')).toEqual(['finished'])
  heard.length = 0
  client.update(marigold({ seed: 2, map: 'grey' }), { viewed: 'view' })
  client.leave()
  await wait(200)
  expect(heard).toEqual([])
  client.dispose()
})

test('a run that began by itself goes on in a new Worker when its device is lost', async () => {
  const { client, heard } = listen()
  client.run(marigold({ seed: 1 }))
  await wait(500)
  heard.length = 0
  let go = () => {}
  ToyWorker.tick = () => new Promise((resolve) => (go = resolve))
  client.update(marigold({ seed: 1, map: 'red' }), { viewed: 'view' })
  await wait(10)
  expect(heard).toEqual(['begun'])
  ToyWorker.tick = async () => undefined
  ToyWorker.made[0]?.say({ say: 'dead', error: { code: 'gpu/device-lost', message: 'It is gone.' } })
  await wait(500)
  expect(heard.filter((what) => what !== 'warned mean')).toEqual(['begun', 'restarted, repeats', 'ready', 'finished'])
  go()
  client.dispose()
})
