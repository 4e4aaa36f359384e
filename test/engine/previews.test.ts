import { expect, test } from 'vitest'
import { SerialQueue } from '../../src/base/queue.ts'
import { pictureName } from '../../src/editor/text.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Preview } from '../../src/engine/events.ts'
import { Painter } from '../../src/engine/painter.ts'
import { Previews } from '../../src/engine/previews.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

const size = { width: 2, height: 1 }
const painter = new Painter(
  async () => ({ ...size, data: new Uint8ClampedArray(8), values: new Float32Array(2) }),
  async () => ({ ...size, data: new Uint8ClampedArray(8) }),
  async () => ({ ...size, data: new Uint8ClampedArray(8) }),
  async () => ({ ...size, close: () => undefined }),
)

test.each([
  ['depth', 'depth map'],
  ['disparity', 'disparity map, 1 near'],
] as const)('a picture of %s is called %s', async (quantity, name) => {
  const backend = new CpuBackend()
  const tensor = backend.upload(Float32Array.of(0, 1), [1, 1, 1, 2])
  const shown: Preview[] = []
  const previews = new Previews(
    // an early picture comes from its node, not from the engine
    undefined as never,
    painter,
    (preview) => shown.push(preview),
  )
  const value = {
    kind: 'depth' as const,
    meaning: { ...AFFINE_DEPTH, quantity },
    tensor,
    frame: { original: size, content: size },
  }
  await previews.early({ node: 'decode', socket: 'depth', member: 0, members: 1 }, value, { done: 1, of: 4 })
  expect(shown.map(pictureName)).toEqual([name])
  expect(shown[0]?.steps).toEqual({ shown: 1, of: 4, kept: [] })
  tensor.release()
  expect(backend.bytes).toBe(0)
})

test('a thumbnail is sent once per value and count of members, and again to a node that was gone meanwhile', async () => {
  const backend = new CpuBackend()
  const tensor = backend.upload(Float32Array.of(0, 1), [1, 1, 1, 2])
  const frame = { original: size, content: size }
  let members = 1
  const engine = {
    lane: new SerialQueue(),
    sockets: () => ['depth'],
    key: () => 'key',
    members: () => members,
    fetch: async () => undefined,
    value: () => ({ kind: 'depth', meaning: AFFINE_DEPTH, tensor, frame }),
  } as unknown as Engine
  const shown: Preview[] = []
  const previews = new Previews(engine, painter, (preview) => shown.push(preview))
  const captions = async () => {
    await previews.refresh('decode')
    return shown.map((preview) => preview.members)
  }
  expect(await captions()).toEqual([1])
  expect(await captions()).toEqual([1])
  members = 4
  expect(await captions()).toEqual([1, 4])
  previews.keep(new Set(['decode', 'other']))
  expect(await captions()).toEqual([1, 4])
  previews.keep(new Set(['other']))
  expect(await captions()).toEqual([1, 4, 4])
  tensor.release()
  expect(backend.bytes).toBe(0)
})
