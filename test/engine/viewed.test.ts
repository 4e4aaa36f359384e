import { expect, test } from 'vitest'
import { SerialQueue } from '../../src/base/queue.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Members } from '../../src/engine/events.ts'
import { Inspected } from '../../src/engine/inspected.ts'
import { Painter } from '../../src/engine/painter.ts'
import { Viewed } from '../../src/engine/viewed.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const size = { width: 2, height: 1 }
const look = { node: 'decode', socket: 'depth', member: 0 }
const four = ['a', 'b', 'c', 'd']
const DECODE = { node: 'decode', socket: 'depth', merged: true }

/** Where members are shown besides their own node. */
const onOthers = (shownOn: Members['shownOn']): string =>
  shownOn.flatMap(({ node, merged }) => (merged ? ` on ${node}` : [])).join('')

/** An engine with members by key, of which some are finished, and steps of the first; every bitmap is counted. */
function session({ keys = four, steps = [] as number[], of = 4, paint = () => Promise.resolve() } = {}) {
  const backend = new CpuBackend()
  const tensor = backend.upload(Float32Array.of(0, 1), [1, 1, 1, 2])
  const state = {
    keys,
    finished: new Set<string>(),
    steps,
    values: true,
    kind: 'depth',
    /** The nodes that make one value of the members. */
    merging: [] as string[],
  }
  /** Align has one value, `whole`, made of the members of decode. */
  const one = (node: string) => node === 'align'
  const keyOf = (node: string, member: number) => (one(node) ? 'whole' : state.keys[member])
  const drawing: string[] = []
  const said: string[] = []
  const failures: unknown[] = []
  let open = 0
  let atOnce = 0
  let most = 0
  const engine = {
    lane: new SerialQueue(),
    members: (node: string) => (one(node) ? 1 : state.keys.length),
    key: (node: string, _socket: string, member = 0) => keyOf(node, member),
    ensemble: (node: string, socket: string) => (one(node) ? DECODE : { node, socket, merged: false }),
    merging: () => new Map(state.merging.map((node) => [node, DECODE])),
    lookedAt: Engine.prototype.lookedAt,
    finished: (node: string, _socket: string, member = 0) => state.finished.has(keyOf(node, member) ?? ''),
    steps: () => state.steps,
    stepCount: async () => of,
    fetch: async () => undefined,
    value: (node: string, _socket: string, member: number, step?: number) => {
      drawing.push(`${node} ${keyOf(node, member) ?? ''}${step === undefined ? '' : ` step ${step}`}`)
      const frame = { original: size, content: size }
      return state.values ? { kind: state.kind, meaning: AFFINE_DEPTH, tensor, frame } : undefined
    },
  } as unknown as Engine
  const painter = new Painter(
    async () => {
      most = Math.max(most, ++atOnce)
      await paint()
      atOnce--
      return { ...size, data: new Uint8ClampedArray(8), values: Float32Array.of(0, 1) }
    },
    async (members) => {
      drawing.push(`spread of ${members.length}`)
      return { ...size, data: new Uint8ClampedArray(8) }
    },
    async () => ({ ...size, data: new Uint8ClampedArray(8) }),
    async () => {
      open++
      return { ...size, close: () => void open-- }
    },
  )
  const took = (what: string, bitmap: ImageBitmap) => {
    said.push(what)
    bitmap.close()
  }
  const page = {
    preview: ({ member, steps: seen, bitmap }: Parameters<Viewed['page']['preview']>[0]) =>
      took(`large ${member}${seen ? ` step ${seen.shown} of ${seen.of}, kept ${seen.kept.join(' ')}` : ''}`, bitmap),
    members: ({ keys: told, shownOn }: Members) =>
      void said.push(shownOn.length === 0 ? 'no members' : `members ${told.join(' ')}${onOthers(shownOn)}`),
    member: ({ member, bitmap }: { readonly member: number; readonly bitmap: ImageBitmap }) =>
      took(`member ${member}`, bitmap),
    spread: ({ keys: drawn, bitmap }: { readonly keys: readonly string[]; readonly bitmap: ImageBitmap }) =>
      took(`spread of ${drawn.join(' ')}`, bitmap),
  }
  const viewed = new Viewed(engine, painter, page, (error) => failures.push(error), new Inspected(painter))
  /** What was said since the last time, when nothing is left to be drawn. */
  const settled = async () => {
    for (let i = 0; i < 200; i++) await Promise.resolve()
    return said.splice(0)
  }
  const end = () => {
    tensor.release()
    return { bytes: backend.bytes, open, most }
  }
  return { viewed, state, engine, drawing, failures, settled, end }
}

test('members come as they are finished, each once, and their spread when it is of other ones than before', async () => {
  const { viewed, state, settled, end } = session()
  viewed.look(look)
  expect(await settled()).toEqual(['members a b c d'])
  state.finished.add('a')
  viewed.refresh()
  expect(await settled()).toEqual(['large 0', 'member 0'])
  viewed.refresh()
  expect(await settled()).toEqual([])
  state.finished.add('c').add('b')
  viewed.refresh()
  expect(await settled()).toEqual(['member 1', 'member 2', 'spread of a b c'])
  state.finished.add('d')
  viewed.refresh()
  expect(await settled()).toEqual(['member 3', 'spread of a b c d'])
  viewed.look({ ...look, member: 2 })
  expect(await settled()).toEqual(['large 2'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('other keys are told at once and drawn when they are finished; what the page has is not drawn again', async () => {
  const { viewed, state, settled, end } = session({ keys: ['a', 'b'] })
  state.finished = new Set(['a', 'b', 'e'])
  viewed.look(look)
  await settled()
  state.keys = ['a', 'e', 'f']
  viewed.refresh()
  expect(await settled()).toEqual(['members a e f', 'large 0', 'member 1', 'spread of a e'])
  state.keys = ['a', 'b']
  viewed.refresh()
  expect(await settled()).toEqual(['members a b', 'large 0', 'member 1', 'spread of a b'])
  state.keys = ['a']
  viewed.refresh()
  expect(await settled()).toEqual(['members a', 'large 0'])
  state.keys = ['a', 'b']
  viewed.refresh()
  expect(await settled()).toEqual(['members a b', 'large 0', 'member 1', 'spread of a b'])
  state.keys = []
  viewed.refresh()
  expect(await settled()).toEqual(['members '])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('without an ensemble there is the large picture alone; a step is shown where it is kept, else the result', async () => {
  const { viewed, state, settled, end } = session({ keys: ['a'], steps: [1, 2, 3] })
  state.finished.add('a')
  viewed.look(look)
  expect(await settled()).toEqual(['members a', 'large 0 step 4 of 4, kept 1 2 3 4'])
  viewed.look({ ...look, step: 2 })
  expect(await settled()).toEqual(['large 0 step 2 of 4, kept 1 2 3 4'])
  state.steps = [3]
  viewed.refresh()
  expect(await settled()).toEqual(['large 0 step 4 of 4, kept 3 4'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('a member that was cancelled on its way shows the last step it came to, as not finished', async () => {
  const { viewed, state, settled, end } = session({ keys: ['a'], steps: [1, 2] })
  viewed.look(look)
  expect(await settled()).toEqual(['members a', 'large 0 step 2 of 4, kept 1 2'])
  state.finished.add('a')
  state.steps = [1, 2, 3]
  viewed.refresh()
  expect(await settled()).toEqual(['large 0 step 4 of 4, kept 1 2 3 4'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('while one picture is drawn, of all that are asked for only the last one is drawn next, before any member', async () => {
  let go = () => {}
  const busy = new Promise<void>((resolve) => (go = resolve))
  const { viewed, state, settled, drawing, end } = session({ keys: ['a', 'b'], steps: [1, 2, 3], paint: () => busy })
  state.finished = new Set(['a', 'b'])
  viewed.look(look)
  await settled()
  for (const step of [1, 2, 3, 1, 2]) viewed.look({ ...look, step })
  await settled()
  go()
  await settled()
  expect(drawing).toEqual(['decode a', 'decode a step 2', 'decode a', 'decode b', 'spread of 2'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('a picture of what is not looked at any more is closed, and another node begins with nothing sent', async () => {
  let go = () => {}
  const busy = new Promise<void>((resolve) => (go = resolve))
  const { viewed, state, settled, end } = session({ keys: ['a', 'b'], paint: () => busy })
  state.finished = new Set(['a', 'b'])
  viewed.look(look)
  await settled()
  viewed.look({ ...look, node: 'other' })
  go()
  const all = await settled()
  const anew = ['members a b', 'large 0', 'member 0', 'member 1', 'spread of a b']
  expect(all).toEqual(['no members', ...anew])
  viewed.look(look)
  expect(await settled()).toEqual(all)
  viewed.keep(new Set(['other']))
  viewed.refresh()
  expect(await settled()).toEqual(['no members'])
  viewed.look(look)
  expect(await settled()).toEqual(anew)
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('the drawings wait for the node call that goes on, one at a time', async () => {
  const { viewed, state, settled, engine, end } = session({ keys: ['a', 'b'] })
  let computed = () => {}
  const call = () => engine.lane.run(() => new Promise<void>((resolve) => (computed = resolve)))
  void call()
  state.finished = new Set(['a', 'b'])
  viewed.look(look)
  await settled()
  void call()
  computed()
  expect(await settled()).toEqual(['large 0'])
  computed()
  expect(await settled()).toEqual(['member 0', 'member 1', 'spread of a b'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('what cannot be drawn is tried once, and does not keep the others from being drawn', async () => {
  let failing = 2
  const { viewed, state, settled, failures, end } = session({
    keys: ['a', 'b', 'c'],
    paint: () => (failing-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve()),
  })
  state.finished = new Set(['a', 'b', 'c'])
  viewed.look(look)
  expect(await settled()).toEqual(['members a b c', 'member 1', 'member 2', 'spread of b c'])
  expect(failures).toHaveLength(2)
  viewed.refresh()
  expect(await settled()).toEqual([])
  expect(end()).toMatchObject({ bytes: 0, open: 0 })
})

test.each([
  ['what is no picture', { kind: 'checkpoint' }],
  ['what is gone', { values: false }],
])('%s is not asked for again and again', async (_, with_) => {
  const { viewed, state, settled, drawing, end } = session({ keys: ['a', 'b'] })
  Object.assign(state, with_)
  state.finished = new Set(['a', 'b'])
  viewed.look(look)
  expect(await settled()).toEqual(['members a b'])
  viewed.refresh()
  await settled()
  expect(drawing).toHaveLength(3)
  expect(end()).toEqual({ bytes: 0, open: 0, most: 0 })
})

test('another display draws the picture again; the numbers that can be read are those of the value', async () => {
  const { viewed, state, settled, end } = session({ keys: ['a'] })
  state.finished.add('a')
  viewed.look(look)
  await settled()
  viewed.look({ ...look, display: { colormap: 'turbo' } })
  expect(await settled()).toEqual(['large 0'])
  viewed.look({ ...look, display: { colormap: 'turbo' } })
  expect(await settled()).toEqual([])
  expect(viewed.inspected.point(1, 0)).toEqual({ key: 'a', x: 1, y: 0, values: [1], range: [0, 1] })
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('a node that makes one value of an ensemble shows its members as they finish, before there is that value', async () => {
  const { viewed, state, settled, drawing, end } = session({ keys: ['a', 'b', 'c'] })
  state.merging = ['align']
  state.finished = new Set(['a', 'b'])
  viewed.refresh()
  expect(await settled()).toEqual(['members a b c on align', 'member 0', 'member 1', 'spread of a b'])
  viewed.look({ node: 'align', socket: 'depth' })
  expect(await settled()).toEqual([])
  state.finished.add('c').add('whole')
  viewed.refresh()
  expect(await settled()).toEqual(['large 0', 'member 2', 'spread of a b c'])
  expect(drawing).toEqual(['decode a', 'decode b', 'spread of 2', 'align whole', 'decode c', 'spread of 3'])
  drawing.length = 0
  // Chosen, a member is seen in place of the value.
  viewed.look({ node: 'align', socket: 'depth', member: 1 })
  viewed.look({ node: 'align', socket: 'depth', member: 0 })
  expect(await settled()).toEqual(['large 0'])
  viewed.look({ node: 'align', socket: 'depth' })
  expect(await settled()).toEqual(['large 0'])
  expect(drawing).toEqual(['decode a', 'align whole'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})

test('what is looked at and merged as well is drawn once for both, and stays when it is looked at no more', async () => {
  const { viewed, state, settled, end } = session({ keys: ['a', 'b'] })
  state.merging = ['align']
  state.finished = new Set(['a', 'b'])
  viewed.look(look)
  expect(await settled()).toEqual(['members a b on align', 'large 0', 'member 0', 'member 1', 'spread of a b'])
  viewed.look({ node: 'other', socket: 'depth', member: 0 })
  expect((await settled()).filter((text) => text.startsWith('members'))).toEqual([
    'members a b',
    'members a b on align',
  ])
  state.merging = []
  viewed.refresh()
  expect(await settled()).toEqual(['no members'])
  expect(end()).toEqual({ bytes: 0, open: 0, most: 1 })
})
