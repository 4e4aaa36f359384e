import { expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { Costs } from '../../src/engine/costs.ts'
import type { PlannedNode } from '../../src/engine/resolve.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { FRAME } from './toys/nodes.ts'
import { bench, marigold } from './toys/bench.ts'

const backend = new CpuBackend()
const image = (width: number) => ({
  image: { kind: 'image', tensor: backend.upload(new Float32Array(width), [1, 1, 1, width]), frame: FRAME } as const,
})
const node = (id: string, type = 'toy/steps', params = {}): PlannedNode =>
  ({ id, params, definition: { type, work: ({ steps = 1 }: { steps?: number }) => steps } }) as unknown as PlannedNode

test('a node that was computed is expected to take that again, and more steps or a larger result in proportion', () => {
  const costs = new Costs()
  expect(costs.ms(node('a'))).toBe(undefined)
  costs.add(node('a', 'toy/steps', { steps: 4 }), image(100), 80)
  expect(costs.ms(node('a', 'toy/steps', { steps: 4 }))).toBeCloseTo(80)
  expect(costs.ms(node('a', 'toy/steps', { steps: 8 }))).toBeCloseTo(160)
  costs.add(node('b', 'toy/steps', { steps: 4 }), image(400), 320)
  // each node by what it made itself
  expect(costs.ms(node('a', 'toy/steps', { steps: 4 }))).toBeCloseTo(80)
  expect(costs.ms(node('b', 'toy/steps', { steps: 4 }))).toBeCloseTo(320)
})

test('the first time, which has the loading of the model in it, is soon forgotten', () => {
  const costs = new Costs()
  for (const ms of [2_000, 100, 100, 100]) costs.add(node('a'), image(10), ms)
  expect(costs.ms(node('a'))).toBeLessThan(200)
})

test('what was learned is there in the next session; a file that is damaged is as if there were none', async () => {
  let kept: Json | undefined
  const file = { read: async () => kept, write: async (costs: Json) => void (kept = costs) }
  const first = new Costs(file)
  await first.open()
  first.add(node('a'), image(10), 50)
  await first.save()
  const second = new Costs(file)
  await second.open()
  expect(second.ms(node('another'))).toBeCloseTo(50)
  for (const bad of [null, [], 'x', { 'toy/steps': 3 }, { 'toy/steps': [-1, 5] }, { 'toy/steps': [1, 'x'] }]) {
    const third = new Costs({ ...file, read: async () => bad as Json })
    await third.open()
    expect(third.ms(node('a'))).toBe(undefined)
  }
  const fourth = new Costs({
    read: () => Promise.reject(new Error('gone')),
    write: () => Promise.reject(new Error('full')),
  })
  await fourth.open()
  await fourth.save()
})

test('a run says how long it will take before it begins, where the device has shown it, and what edits will cost', async () => {
  let clock = 0
  const told: (number | undefined)[] = []
  const { engine } = bench({
    now: () => (clock += 10),
    listener: { progress: (_, secondsLeft) => told.push(secondsLeft) },
  })
  await engine.run(marigold({ members: 2 }))
  expect(told[0]).toBe(undefined)
  expect(told.at(-1)).toBe(0)
  told.length = 0
  const states = await engine.update(marigold({ members: 6 }))
  expect(states.get('denoise')).toMatchObject({ phase: 'stale', members: 4, ms: expect.any(Number) })
  await engine.run(marigold({ members: 6 }))
  expect(told[0]).toBeGreaterThan(0)
  expect(told.every((seconds) => seconds !== undefined)).toBe(true)
  await engine.dispose()
})
