import { decode } from 'fast-png'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withSettings } from '../../src/app/cli/settings.ts'
import { nodes } from '../../src/app/registry.ts'
import type { GpuBackend } from '../../src/gpu/backend.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Backend } from '../../src/tensor/tensor.ts'
import { openTestBackend } from '../support/webgpu.ts'
import { ensembleGraph, session } from './support.ts'

let backend: GpuBackend
let close: () => Promise<void>
beforeAll(async () => ({ backend, close } = await openTestBackend()))
afterAll(() => close())

async function denoised(on: Backend, members: number, batch: string) {
  const document = withSettings(await ensembleGraph(), nodes, [
    { node: 'noise', param: 'members', value: String(members) },
    { node: 'denoise', param: 'batch_size', value: batch },
    { node: 'denoise', param: 'steps', value: '1' },
  ])
  const { engine, files, batches } = session(on)
  const { failed, nodes: reports } = await engine.run(document)
  expect(failed).toBeUndefined()
  expect(reports.find(({ id }) => id === 'denoise')).toMatchObject({ computed: members, cached: 0 })
  // Another member is computed alone: each of the others is kept by itself.
  const more = withSettings(document, nodes, [{ node: 'noise', param: 'members', value: String(members + 1) }])
  const { nodes: again } = await engine.run(more)
  expect(again.find(({ id }) => id === 'denoise')).toMatchObject({ computed: 1, cached: members })
  await engine.dispose()
  // A picture carries its graph, which says the batch size.
  const numbers = [...files].map(([name, file]) => (name.endsWith('.png') ? decode(file).data : file))
  return { numbers, batches }
}

test('left to the program, members are denoised four at once on a graphics card, with the results of one by one', async () => {
  const many = await denoised(backend, 6, 'auto')
  expect(many.batches).toEqual([4, 2, 1])
  const single = await denoised(backend, 6, '1')
  expect(single.batches).toEqual([1, 1, 1, 1, 1, 1, 1])
  expect(single.numbers.length).toBeGreaterThan(0)
  expect(many.numbers).toEqual(single.numbers)
  expect(backend.bytes).toBe(0)
})

test('on the processor they come one by one', async () => {
  const cpu = new CpuBackend()
  expect((await denoised(cpu, 3, 'auto')).batches).toEqual([1, 1, 1, 1])
  expect(cpu.bytes).toBe(0)
})
