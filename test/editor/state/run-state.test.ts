import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunState } from '../../../src/editor/state/run-state.svelte.ts'

const made = () => {
  const said: string[] = []
  const ended = vi.fn()
  const on = {
    ready: () => undefined,
    states: () => undefined,
    begun: () => undefined,
    ended,
    members: () => undefined,
  }
  return { run: new RunState((message) => said.push(message), on), said, ended }
}

const report = { backend: 'wasm', adapter: 'test', ms: 1000, nodes: [] } as const

beforeEach(() => {
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:x', revokeObjectURL: vi.fn() })
})
afterEach(() => void vi.unstubAllGlobals())

test('a run that begins anew after a lost device is shown as running, with the reason, until it ends', () => {
  const { run, said, ended } = made()
  run.begin()
  run.progress(0.7, 3)
  run.restarted('The device was lost.', true)
  expect([run.running, run.done, run.secondsLeft]).toEqual([true, 0, undefined])
  expect(run.notice).toContain('The device was lost. The run begins anew.')
  expect(said.at(-1)).toBe(run.notice)
  expect(ended).not.toHaveBeenCalled()
  run.finished(report)
  expect(run.running).toBe(false)
  expect(ended).toHaveBeenCalledTimes(1)
})

test('an engine that was started again without a run is not running', () => {
  const { run } = made()
  run.begin()
  run.restarted('It did not stop.', false)
  expect(run.running).toBe(false)
  expect(run.notice).toContain('Your graph is unchanged.')
})

test('all failures of a run are kept until the next one, or until their node is gone', () => {
  const { run, said } = made()
  const failed = ['a', 'b'].map((node) => ({ code: 'node/toy', message: 'No.', node }))
  run.finished({ ...report, failed, skipped: [{ node: 'c', failed: 'a' }] })
  expect(run.errors).toEqual(failed)
  expect(said.at(-1)).toBe('Finished in 1.0 s. 2 nodes failed. 1 node could not run.')
  run.keep((id) => id !== 'a')
  expect(run.errors.map(({ node }) => node)).toEqual(['b'])
  run.begin()
  expect(run.errors).toEqual([])
})

test('what a run was asked for and could not begin is said beside what failed', () => {
  const { run, said } = made()
  const open = { code: 'graph/open-input', message: 'Nothing is connected.', node: 'view' }
  const failed = { code: 'node/toy', message: 'No.', node: 'a' }
  run.finished({ ...report, failed: [failed], blocked: [open] })
  expect(run.errors).toEqual([failed, open])
  expect(said.at(-1)).toBe('Finished in 1.0 s. 1 node failed. 1 node could not run.')
})

test('two files of one name in a run are numbered; the next run replaces both', () => {
  const { run } = made()
  const names = () => run.files.map(({ name }) => name).sort()
  const bytes = new Uint8Array(1)
  for (let i = 0; i < 2; i++) {
    run.begin()
    run.file('depth.png', bytes, 'image/png')
    run.file('depth.png', bytes, 'image/png')
    expect(names()).toEqual(['depth-2.png', 'depth.png'])
  }
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(2)
})

test('the files of a run that finished are its own; one that was stopped leaves those of the run before', () => {
  const { run } = made()
  const names = () => run.files.map(({ name }) => name)
  const bytes = new Uint8Array(1)
  run.begin()
  run.file('uncertainty.npy', bytes, 'application/octet-stream')
  run.finished(report)
  run.begin()
  run.file('depth.png', bytes, 'image/png')
  run.cancelled()
  expect(names()).toEqual(['uncertainty.npy', 'depth.png'])
  run.begin()
  run.file('depth.png', bytes, 'image/png')
  run.finished(report)
  expect(names()).toEqual(['depth.png'])
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(2)
})

test('a warning stays while the result is there that it was said of, also through runs that take it from the cache', () => {
  const { run } = made()
  run.begin()
  run.warned('mean', 'Two members are few.')
  run.warned('mean', 'Two members are few.')
  run.finished(report)
  run.begin()
  run.states(new Map([['mean', { phase: 'cached' }]]))
  run.finished(report)
  expect([...run.warnings]).toEqual([['mean', ['Two members are few.']]])
  run.states(new Map([['mean', { phase: 'stale', members: 1, of: 1 }]]))
  expect(run.warnings.size).toBe(0)
  run.warned('mean', 'Again.')
  run.states(new Map())
  expect(run.warnings.size).toBe(0)
})

test('of a run whose graph was left for another nothing is said, and the next one is told again', () => {
  const { run, said, ended } = made()
  const failed = { ...report, failed: [{ code: 'node/x', message: 'No.', node: 'a' }] }
  for (const end of [
    () => run.finished(failed),
    () => run.cancelled(),
    () => run.failed({ code: 'x/y', message: '' }),
  ]) {
    run.begin()
    run.abandon()
    end()
    expect([run.running, run.errors, said]).toEqual([false, [], []])
  }
  expect(ended).toHaveBeenCalledTimes(3)
  run.begin()
  run.finished(report)
  expect(said).toHaveLength(1)
})
