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
  const log: string[] = []
  let end = (_error?: unknown): void => undefined
  const downloads = new Downloads(
    {
      published: [{ id: 'a', name: 'A', about: '', bytes: 100 }],
      named: (text) => (text.includes('/') ? text.trim() : undefined),
      offer: async (id) => ({ id: id.replace('@main', '@0123'), offer: OFFER }),
      download: (id, progress, signal) =>
        new Promise<void>((resolve, reject) => {
          log.push(`download ${id}`)
          progress(NOW)
          signal.addEventListener('abort', () => reject(signal.reason))
          end = (error) => {
            if (error !== undefined) return reject(error)
            resolve()
          }
        }),
      ...change,
    },
    async () => void log.push('arrived'),
  )
  return { downloads, log, end: (error?: unknown) => end(error) }
}

describe('a download', () => {
  it('is offered, runs, and is here; only then has anything arrived', async () => {
    const { downloads, log, end } = bench()
    await downloads.ask('a')
    expect(downloads.states.get('a')).toEqual({ phase: 'offered', offer: OFFER })
    expect(log).toEqual([])
    const done = downloads.start('a')
    expect(downloads.states.get('a')).toMatchObject({ phase: 'running', now: NOW })
    end()
    await done
    expect(downloads.states.has('a')).toBe(false)
    expect(log).toEqual(['download a', 'arrived'])
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
    const asked = bench({ offer: () => Promise.reject(broken) }).downloads
    expect(await asked.ask('a')).toBeUndefined()
    expect(asked.states.get('a')).toEqual(failed)
    asked.dismiss('a')
    expect(asked.states.size).toBe(0)
  })

  it('of a revision is offered, and from then on named, by its commit', async () => {
    const { downloads } = bench()
    expect(await downloads.ask('b/c@main')).toBe('b/c@0123')
    expect([...downloads.states.keys()]).toEqual(['b/c@0123'])
  })

  it('may be of any repository that is typed, and of nothing else', () => {
    const { downloads } = bench()
    expect(downloads.named(' b/c ')).toBe('b/c')
    expect(downloads.remote('b/c')).toMatchObject({ id: 'b/c', name: 'b/c', bytes: undefined })
    expect(downloads.remote('a')?.name).toBe('A')
    expect(downloads.remote('folder')).toBeUndefined()
    expect(() => downloads.named('b')).toThrow(expect.objectContaining({ code: 'checkpoint/bad-name' }))
  })

  it('where nothing can be downloaded is not offered', async () => {
    const downloads = new Downloads(undefined, () => expect.fail('nothing arrives'))
    expect(downloads.published).toEqual([])
    await downloads.ask('a')
    await downloads.start('a')
    expect(downloads.states.size).toBe(0)
  })
})
