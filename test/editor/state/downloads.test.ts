import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import {
  Downloads,
  type CheckpointDownloads,
  type DownloadProgress,
} from '../../../src/editor/state/downloads.svelte.ts'

const OFFER = { host: 'hub', licence: 'mit', files: 3, bytes: 100, missing: 60 }
const NOW: DownloadProgress = { done: 40, bytes: 100, bytesPerSecond: undefined, secondsLeft: undefined }
const broken = new AppError('checkpoint/download-failed', 'no line', { fix: 'again' })

/** Downloads that end when the test says so. */
function bench(change: Partial<CheckpointDownloads> = {}) {
  const here = new Set<string>()
  const log: string[] = []
  let end = (_error?: unknown): void => undefined
  const downloads = new Downloads(
    {
      published: [{ id: 'a', name: 'A', about: '', bytes: 100 }],
      here: async () => new Set(here),
      offer: async () => OFFER,
      download: (id, progress, signal) =>
        new Promise<void>((resolve, reject) => {
          log.push(`download ${id}`)
          progress(NOW)
          signal.addEventListener('abort', () => reject(signal.reason))
          end = (error) => {
            if (error !== undefined) return reject(error)
            here.add(id)
            resolve()
          }
        }),
      remove: async (id) => void here.delete(id),
      ...change,
    },
    () => log.push('changed'),
  )
  return { downloads, log, end: (error?: unknown) => end(error) }
}

describe('a download', () => {
  it('is offered, runs, and is here; only then has anything changed', async () => {
    const { downloads, log, end } = bench()
    await downloads.ask('a')
    expect(downloads.states.get('a')).toEqual({ phase: 'offered', offer: OFFER })
    expect(log).toEqual([])
    const done = downloads.start('a')
    expect(downloads.states.get('a')).toMatchObject({ phase: 'running', now: NOW })
    end()
    await done
    expect(downloads.states.has('a')).toBe(false)
    expect(downloads.here).toEqual(new Set(['a']))
    expect(log).toEqual(['download a', 'changed'])
    await downloads.remove('a')
    expect(downloads.here).toEqual(new Set())
    expect(log.at(-1)).toBe('changed')
  })

  it('runs once, however often it is started', async () => {
    const { downloads, log, end } = bench()
    const done = downloads.start('a')
    await downloads.start('a')
    await downloads.ask('a')
    expect(downloads.states.get('a')?.phase).toBe('running')
    end()
    await done
    expect(log.filter((event) => event === 'download a')).toHaveLength(1)
  })

  it('that is paused is no failure', async () => {
    const { downloads, log } = bench()
    const done = downloads.start('a')
    downloads.pause('a')
    await done
    expect(downloads.states.has('a')).toBe(false)
    expect(log).toEqual(['download a'])
  })

  it('that fails says why', async () => {
    const failed = { phase: 'failed', error: { code: 'checkpoint/download-failed', message: 'no line', fix: 'again' } }
    const { downloads, end } = bench()
    const done = downloads.start('a')
    end(broken)
    await done
    expect(downloads.states.get('a')).toEqual(failed)
    const asked = bench({ offer: () => Promise.reject(broken), remove: () => Promise.reject(broken) }).downloads
    await asked.ask('a')
    expect(asked.states.get('a')).toEqual(failed)
    asked.dismiss('a')
    await asked.remove('a')
    expect(asked.states.get('a')).toEqual(failed)
  })

  it('where nothing can be downloaded is not offered', async () => {
    const downloads = new Downloads(undefined, () => expect.fail('nothing changes'))
    expect(downloads.published).toEqual([])
    await downloads.ask('a')
    await downloads.start('a')
    expect(downloads.states.size).toBe(0)
  })
})
