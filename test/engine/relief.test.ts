import { expect, test } from 'vitest'
import { SerialQueue } from '../../src/base/queue.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Relief } from '../../src/engine/events.ts'
import { Painter } from '../../src/engine/painter.ts'
import { Reliefs } from '../../src/engine/relief.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const depth = { node: 'decode', socket: 'depth', member: 0 }
const photo = { node: 'image', socket: 'image' }

/** An engine with a depth map and its photo, each with a key while it is there. */
function session(width = 2, height = 1) {
  const backend = new CpuBackend()
  const frame = { original: { width, height }, content: { width, height } }
  const values = Float32Array.from({ length: width * height }, (_, i) => i / (width * height))
  const map = backend.upload(values, [1, 1, height, width])
  const picture = backend.upload(new Float32Array(3), [1, 3, 1, 1])
  const keys = new Map<string, string>()
  let kept = true
  let open = 0
  const engine = {
    lane: new SerialQueue(),
    key: (node: string) => keys.get(node),
    finished: (node: string) => keys.has(node),
    fetch: async () => undefined,
    value: (node: string) => {
      if (node === 'image') return { kind: 'image', tensor: picture, frame }
      if (!kept) keys.delete(node)
      return kept
        ? { kind: 'depth', meaning: { ...AFFINE_DEPTH, quantity: 'disparity' }, tensor: map, frame }
        : undefined
    },
  } as unknown as Engine
  const pixels = { width: 1, height: 1, data: new Uint8ClampedArray(4) }
  const painter = new Painter(
    async () => ({ ...pixels, values: new Float32Array(3) }),
    async () => pixels,
    async () => pixels,
    async () => {
      open++
      return { width: 1, height: 1, close: () => void open-- }
    },
  )
  const said: Relief[] = []
  const failures: unknown[] = []
  const reliefs = new Reliefs(
    engine,
    backend,
    painter,
    (error) => failures.push(error),
    (relief) => said.push(relief),
  )
  const settled = async () => {
    for (let i = 0; i < 100; i++) await Promise.resolve()
    return said.splice(0)
  }
  return { reliefs, keys, settled, failures, open: () => open, lose: () => (kept = false), backend }
}

test('comes when it is there, once per depth and photo, and again when one of them changes', async () => {
  const { reliefs, keys, settled } = session()
  reliefs.look({ ...depth, photo })
  expect(await settled()).toEqual([])
  keys.set('decode', 'a')
  reliefs.refresh()
  expect(await settled()).toMatchObject([
    { of: { ...depth, photo }, key: 'a', quantity: 'disparity', width: 2, height: 1, values: Float32Array.of(0, 0.5) },
  ])
  reliefs.refresh()
  expect(await settled()).toEqual([])
  keys.set('image', 'p')
  reliefs.refresh()
  const [withPhoto] = await settled()
  expect(withPhoto).toMatchObject({ key: 'a p', photo: { width: 1 } })
  keys.set('decode', 'b')
  reliefs.refresh()
  expect(await settled()).toMatchObject([{ key: 'b p' }])
  reliefs.look(undefined)
  keys.set('decode', 'c')
  reliefs.refresh()
  expect(await settled()).toEqual([])
})

test('is of 512 samples along the longer side at most, which are the caller`s own', async () => {
  const { reliefs, keys, settled } = session(2000, 3)
  keys.set('decode', 'a')
  reliefs.look(depth)
  const [relief] = await settled()
  expect([relief?.width, relief?.height, relief?.values.length]).toEqual([512, 1, 512])
  reliefs.look(depth)
  const [again] = await settled()
  expect(again?.values.buffer).not.toBe(relief?.values.buffer)
})

test('what was closed while it was read is not shown, and leaves no bitmap and no tensor', async () => {
  const { reliefs, keys, settled, open, backend } = session()
  const before = backend.bytes
  keys.set('decode', 'a').set('image', 'p')
  reliefs.look({ ...depth, photo })
  reliefs.look(undefined)
  expect(await settled()).toEqual([])
  expect([open(), backend.bytes]).toEqual([0, before])
})

test('a result that is gone from the disk is waited for, without asking for ever', async () => {
  const { reliefs, keys, settled, lose, failures } = session()
  keys.set('decode', 'a')
  lose()
  reliefs.look(depth)
  expect(await settled()).toEqual([])
  expect(failures).toEqual([])
})
