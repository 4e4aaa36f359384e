import { expect, it, vi } from 'vitest'
import { askToKeep } from '../../../src/editor/drafts/persist.ts'

const itemsOf = (items: Map<string, string>): Storage =>
  ({
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  }) as Storage

const manager = (persisted: boolean, persist = vi.fn(async () => false)) => ({
  persist,
  storage: { persisted: async () => persisted, persist } as unknown as StorageManager,
})

it('is asked once, also in later visits after a no, and not where it is so already', async () => {
  const items = new Map<string, string>()
  const { persist, storage } = manager(false)
  await askToKeep(storage, itemsOf(items))
  await askToKeep(storage, itemsOf(items))
  expect(persist).toHaveBeenCalledTimes(1)
  const already = manager(true)
  await askToKeep(already.storage, itemsOf(new Map()))
  expect(already.persist).not.toHaveBeenCalled()
})

it('does no harm where it is forbidden or unknown', async () => {
  const refusing = manager(
    false,
    vi.fn(async () => Promise.reject(new TypeError('no'))),
  )
  await askToKeep(refusing.storage, itemsOf(new Map()))
  await askToKeep(undefined, itemsOf(new Map()))
  expect(refusing.persist).toHaveBeenCalledTimes(1)
})
