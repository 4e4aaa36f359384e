import { afterAll, beforeAll, expect, test } from 'vitest'
import { GpuBackend } from '../../src/gpu/backend.ts'
import type { OpenDevice } from '../../src/gpu/device.ts'
import { dispatch } from '../../src/gpu/dispatch.ts'
import { openTestDevice } from '../support/webgpu.ts'
import { bench, graph } from './toys/bench.ts'
import { FRAME, toys } from './toys/nodes.ts'

let device: OpenDevice
beforeAll(async () => {
  device = await openTestDevice()
})
afterAll(() => device.device.destroy())

const document = graph({ photo: ['input/photo'], same: ['toy/same'], view: ['output/view'] }, [
  'photo.image > same.value',
  'same.value > view.value',
])

test('an error that the GPU tells of late is the error of the node that made it, and its result is not kept', async () => {
  const backend = new GpuBackend(device.device)
  const nodes = new Map(toys({ ran: [], tick: async () => undefined }))
  const same = nodes.get('toy/same')
  if (!same) throw new Error('the toys have changed')
  let broken = true
  nodes.set('toy/same', {
    ...same,
    async run() {
      const tensor = backend.allocate([1, 1, 1, 2])
      const value = broken ? 'undeclared' : '7.0'
      const code = `fn at(i: u32) { y[i] = ${value}; }`
      dispatch(backend, {
        name: `test-late-${value}`,
        code,
        inputs: {},
        outputs: { y: tensor },
        size: { threads: 2 },
      })
      return { value: { kind: 'image', tensor, frame: FRAME } }
    },
  })
  const { engine } = bench({ backend, nodes })
  expect((await engine.run(document)).failed).toMatchObject([{ code: 'gpu/invalid', node: 'same' }])
  expect(engine.value('same', 'value')).toBeUndefined()

  broken = false
  await engine.run(document)
  const value = engine.value('same', 'value')
  if (value?.kind !== 'image') throw new Error('no picture')
  expect([...(await backend.read(value.tensor))]).toEqual([7, 7])
  await engine.dispose()
  expect(backend.bytes).toBe(0)
  backend.dispose()
})
