import { expect, it } from 'vitest'
import { SerialQueue } from '../../src/base/queue.ts'

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

it('tasks run one at a time, in the order given', async () => {
  const queue = new SerialQueue()
  const log: string[] = []
  const task = (name: string, ms: number) => async () => {
    log.push(`+${name}`)
    await pause(ms)
    log.push(`-${name}`)
    return name
  }
  const results = Promise.all([queue.run(task('a', 15)), queue.run(task('b', 1)), queue.run(task('c', 5))])
  expect(log).toEqual([])
  expect(await results).toEqual(['a', 'b', 'c'])
  expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c'])
})

it('a task that rejects or throws fails alone', async () => {
  const queue = new SerialQueue()
  const rejected = queue.run(() => Promise.reject(new Error('first')))
  const thrown = queue.run(() => {
    throw new Error('second')
  })
  const fine = queue.run(() => 3)
  await expect(rejected).rejects.toThrow('first')
  await expect(thrown).rejects.toThrow('second')
  expect(await fine).toBe(3)
})

it('a task aborted while it waits rejects at once, never starts, and lets the next run', async () => {
  const queue = new SerialQueue()
  let release: () => void = () => undefined
  const first = queue.run(() => new Promise<void>((done) => (release = done)))
  const abort = new AbortController()
  let started = false
  const waiting = queue.run(() => {
    started = true
  }, abort.signal)
  const after = queue.run(() => 'after')
  await pause(1)
  abort.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  release()
  await first
  expect(await after).toBe('after')
  expect(started).toBe(false)
})

it('a task given an aborted signal never starts', async () => {
  const queue = new SerialQueue()
  let started = false
  const task = () => {
    started = true
  }
  await expect(queue.run(task, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  await queue.run(() => undefined)
  expect(started).toBe(false)
})

it('an abort after the start is left to the task', async () => {
  const queue = new SerialQueue()
  const abort = new AbortController()
  const result = queue.run(async () => {
    abort.abort()
    await pause(1)
    return 'finished'
  }, abort.signal)
  expect(await result).toBe('finished')
})
