import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { Kept, type KeptCheckpoint, type KeptCheckpoints } from '../../../src/editor/state/kept.svelte.ts'

const A: KeptCheckpoint = { id: 'a', name: 'A', bytes: 10, whole: true }
const NOW = { done: 4, bytes: 10 }
const folder = { name: 'mine', files: new Map([['model_index.json', new Blob(['{}'])]]) }

/** Work that ends when the test says so. */
function bench(change: Partial<KeptCheckpoints> = {}) {
  const rows = new Map([['a', A]])
  const log: string[] = []
  let end = (_damaged: readonly string[] | Error): void => undefined
  const task = (progress: (now: typeof NOW) => void, signal: AbortSignal): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      progress(NOW)
      signal.addEventListener('abort', () => reject(signal.reason))
      end = (result) => (result instanceof Error ? reject(result) : resolve(result))
    })
  const kept = new Kept(
    {
      list: async () => [...rows.values()],
      verify: (_id, progress, signal) => task(progress, signal),
      copyIn: async ({ name }, progress, signal) => {
        await task(progress, signal)
        rows.set(`folder:${name}`, { ...A, id: `folder:${name}`, name })
      },
      remove: async (id) => void rows.delete(id),
      ...change,
    },
    () => log.push('changed'),
  )
  return { kept, log, rows, end: (result: readonly string[] | Error = []) => end(result) }
}

describe('a checkpoint that is kept', () => {
  it('is looked for when somebody wants to know, and found', async () => {
    const { kept, log } = bench()
    expect(kept.here).toBeUndefined()
    kept.look()
    await expect.poll(() => kept.here?.get('a')).toEqual(A)
    expect(log).toEqual([])
  })

  it('is verified with its progress, and is as published', async () => {
    const { kept, log, end } = bench()
    const done = kept.verify('a')
    expect(kept.states.get('a')).toMatchObject({ phase: 'running', what: 'verify', now: NOW })
    void kept.verify('a')
    end()
    await done
    expect(kept.states.get('a')).toEqual({ phase: 'verified' })
    expect(log).toEqual([])
  })

  it('is no longer here when it was damaged, and says which files were', async () => {
    const { kept, log, rows, end } = bench()
    const done = kept.verify('a')
    rows.delete('a')
    end(['unet/config.json'])
    await done
    expect(kept.states.get('a')).toEqual({ phase: 'damaged', files: ['unet/config.json'] })
    expect(kept.here?.size).toBe(0)
    expect(log).toEqual(['changed'])
  })

  it('whose verification is stopped or fails is as before', async () => {
    const { kept, log, end } = bench()
    const stopped = kept.verify('a')
    kept.stop('a')
    await stopped
    expect(kept.states.size).toBe(0)
    const failing = kept.verify('a')
    end(new AppError('weights/changed', 'somebody writes', { fix: 'again' }))
    await failing
    expect(kept.states.get('a')).toMatchObject({ phase: 'failed', error: { message: 'somebody writes' } })
    expect(log).toEqual([])
  })

  it('is deleted; when that fails it says why', async () => {
    const { kept, log } = bench()
    await kept.remove('a')
    expect(kept.here?.size).toBe(0)
    expect(log).toEqual(['changed'])
    const locked = bench({ remove: () => Promise.reject(new AppError('weights/in-use', 'another tab')) }).kept
    await locked.remove('a')
    expect(locked.states.get('a')).toMatchObject({ phase: 'failed', error: { code: 'weights/in-use' } })
  })
})

describe('a folder of the person’s', () => {
  it('is copied when it was given, and is then kept', async () => {
    const { kept, log, end } = bench()
    await kept.copy('folder:mine')
    expect(kept.states.size).toBe(0)
    kept.given.set('folder:mine', folder)
    const done = kept.copy('folder:mine')
    expect(kept.states.get('folder:mine')).toMatchObject({ phase: 'running', what: 'copy', now: NOW })
    end()
    await done
    expect(kept.states.size).toBe(0)
    expect(kept.here?.has('folder:mine')).toBe(true)
    expect(log).toEqual(['changed'])
  })
})

it('where nothing can be kept there is nothing', async () => {
  const kept = new Kept(undefined, () => expect.fail('nothing changes'))
  kept.look()
  await expect.poll(() => kept.here?.size).toBe(0)
  await kept.verify('a')
  expect(kept.states.size).toBe(0)
})
