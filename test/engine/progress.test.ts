import { expect, test } from 'vitest'
import { Costs } from '../../src/engine/costs.ts'
import type { Step } from '../../src/engine/plan.ts'
import { Progress } from '../../src/engine/progress.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'

const step = (id: string, members: number): Step =>
  ({ node: { id, params: {}, definition: { type: id } }, members: [...Array(members).keys()] }) as unknown as Step
const backend = new CpuBackend()
const tensor = backend.upload(new Float32Array(1), [1, 1, 1, 1])
const size = { width: 1, height: 1 }
const outputs = { image: { kind: 'image', tensor, frame: { original: size, content: size } } } as const

function known(...nodes: readonly (readonly [Step, number])[]): Costs {
  const costs = new Costs()
  for (const [{ node }, ms] of nodes) costs.add(node, outputs, ms)
  return costs
}

test('seconds left are what is left times what it takes', () => {
  const [a, b] = [step('a', 4), step('b', 1)]
  const progress = new Progress([a, b], known([a, 1_000], [b, 500]))
  expect(progress.now()).toEqual({ done: 0, secondsLeft: 4.5 })
  progress.finish(a, 3, 3_000)
  expect(progress.now().secondsLeft).toBe(1.5)
  progress.finish(a, 1, 1_000)
  progress.finish(b, 1, 500)
  expect(progress.now()).toEqual({ done: 1, secondsLeft: 0 })
})

test('the pace of the step under way counts for more than what others took', () => {
  const a = step('a', 3)
  const progress = new Progress([a], known([a, 1_000]))
  // A quarter of the first member took 4 s: 12 s for its rest, 16 s for each of the other two.
  const underway = { step: a, members: 1, share: 0.25, elapsed: 4_000, lately: { ms: 4_000, share: 0.25 } }
  expect(progress.now(underway).secondsLeft).toBeCloseTo(44)
})

test('no time is told while something must run that never ran here, and the bar moves all the same', () => {
  const [a, b] = [step('a', 1), step('b', 1)]
  const progress = new Progress([a, b], known([a, 1_000]))
  expect(progress.now().secondsLeft).toBe(undefined)
  progress.finish(a, 1, 1_000)
  expect(progress.now().done).toBeGreaterThan(0)
  progress.drop(b)
  expect(progress.now()).toEqual({ done: 1, secondsLeft: 0 })
})

test('the bar never goes back, however wrong the guesses were', () => {
  const [a, b] = [step('a', 1), step('b', 1)]
  const progress = new Progress([a, b], known([a, 1_000], [b, 1]))
  progress.finish(a, 1, 1_000)
  const before = progress.now().done
  const slow = { step: b, members: 1, share: 0.01, elapsed: 60_000, lately: { ms: 60_000, share: 0.01 } }
  expect(progress.now(slow).done).toBeGreaterThanOrEqual(before)
})
