import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Documents } from '../../../src/editor/drafts/documents.svelte.ts'
import { Spills } from '../../../src/editor/drafts/spill.ts'
import { DraftStorage } from '../../../src/editor/drafts/storage.ts'
import { DocumentStore } from '../../../src/editor/state/document-store.svelte.ts'
import { parseDocument } from '../../../src/graph/validate.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

/** Web Locks of one browser. */
function browserLocks(): LockManager {
  const held = new Set<string>()
  return {
    request: async (name: string, _: LockOptions, then: (lock: object | null) => Promise<void> | void) => {
      if (held.has(name)) return then(null)
      held.add(name)
      await then({})
      held.delete(name)
    },
  } as unknown as LockManager
}

/** A page's `localStorage`. */
function localStorageOf(items: Map<string, string>): Storage {
  return {
    get length() {
      return items.size
    },
    key: (at: number) => [...items.keys()][at] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as unknown as Storage
}

let locks: LockManager
/** What `localStorage` holds. */
let spilled: Map<string, string>
const welcome = { document: { ...depthGraph(catalogue), title: 'Welcome' }, problems: [] }

/** A page of this browser, as far as documents go. */
async function page() {
  const store = new DocumentStore()
  const editor = {
    store,
    read: async (text: string) => parseDocument(text, catalogue),
    run: { nodes: new Map<string, { phase: string }>(), forget: () => undefined },
    device: { leave: () => undefined },
    runs: { leave: () => undefined, withhold: <T>(change: () => T) => change() },
    selection: { clear: () => undefined },
    viewing: { look: () => undefined },
    canvas: undefined,
    problems: [],
    trouble: undefined,
    look: () => undefined,
  }
  const documents = new Documents(editor, locks, new Spills(localStorageOf(spilled)))
  const begun = await documents.begin(() => DraftStorage.open(), 'now', welcome)
  const rename = (title: string) => store.apply({ do: 'setTitle', title })
  return { store, documents, begun, rename, title: () => store.document.title }
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  locks = browserLocks()
  spilled = new Map()
})
afterEach(() => void vi.useRealTimers())

/** The page ends without a word: its locks go. */
const crash = () => (locks = browserLocks())

const stored = async () => {
  const storage = await DraftStorage.open()
  const rows = await storage.list()
  storage.close()
  return rows
}

it('an edit is on the disk 250 ms later, and comes back with its undo step after a crash', async () => {
  const first = await page()
  expect([first.title(), first.begun.fresh, await stored()]).toEqual(['Welcome', true, []])
  first.rename('Mine')
  first.rename('Mine too')
  await new Promise((resolve) => setTimeout(resolve, 250))
  crash()
  const second = await page()
  expect([second.title(), second.begun.fresh]).toEqual(['Mine too', false])
  second.store.undo()
  expect([second.title(), second.store.canUndo]).toEqual(['Mine', true])
})

it('snapshots and the journal take turns for a long time, and nothing is lost', async () => {
  const first = await page()
  for (let n = 0; n < 900; n++) {
    first.rename(`${n}`)
    if (n % 7 === 0) await first.documents.flush()
  }
  await first.documents.flush()
  const storage = await DraftStorage.open()
  const kept = await storage.load((await storage.list())[0]?.id ?? '')
  expect(kept?.snapshots.length).toBe(2)
  // Only what the older slot does not have.
  expect(kept?.journal.length).toBeLessThan(70)
  crash()
  expect((await page()).title()).toBe('899')
})

it('a second page opens a copy, says so, and neither overwrites the other', async () => {
  const first = await page()
  first.rename('Mine')
  await first.documents.flush()
  const second = await page()
  expect([second.title(), second.documents.notice?.code]).toEqual(['Mine', 'storage/elsewhere'])
  second.rename('The other')
  await second.documents.flush()
  first.rename('Mine again')
  await first.documents.flush()
  expect((await stored()).map(({ title }) => title).sort()).toEqual(['Mine again', 'The other'])
})

it('a document that was open at two crashes is opened a third time without running', async () => {
  const first = await page()
  first.rename('Mine')
  await first.documents.flush()
  const careful = []
  for (let n = 0; n < 3; n++) {
    crash()
    careful.push((await page()).begun.careful)
  }
  expect(careful).toEqual([false, false, true])
})

it('reloading twice is no crash', async () => {
  for (let n = 0; n < 4; n++) {
    const opened = await page()
    expect(opened.begun.careful).toBe(false)
    opened.rename(`Reload ${n}`)
    void opened.documents.hide(true)
    await opened.documents.flush()
    await new Promise((resolve) => setTimeout(resolve, 20))
    crash()
  }
})

it('a storage that a newer version has changed is not written: said, and work goes on', async () => {
  await new Promise((resolve) => {
    indexedDB.open('marigold-nodes', 7).onsuccess = ({ target }) => {
      ;(target as IDBOpenDBRequest).result.close()
      resolve(undefined)
    }
  })
  const opened = await page()
  expect([opened.title(), opened.documents.notice?.code]).toEqual(['Welcome', 'storage/newer'])
  opened.rename('Mine')
  await opened.documents.flush()
  expect(opened.title()).toBe('Mine')
})

it('a document of a newer format is left as it is', async () => {
  const storage = await DraftStorage.open()
  const row = { id: 'later', format: 2, title: 'From later', opened: 4, changed: 5, closed: undefined, tries: 0 }
  await storage.put(row)
  storage.close()
  const opened = await page()
  expect([opened.title(), opened.documents.notice?.code]).toEqual(['Welcome', 'storage/newer'])
  opened.rename('Mine')
  await opened.documents.flush()
  expect((await stored()).find(({ id }) => id === 'later')).toEqual(row)
})

it.each(['forbidden', 'blocked'])('a storage that is %s is said, and work goes on', async (why) => {
  if (why === 'blocked') {
    // A page that does not let go, and one that wants to delete everything.
    await new Promise((resolve) => (indexedDB.open('marigold-nodes', 1).onsuccess = resolve))
    indexedDB.deleteDatabase('marigold-nodes')
  } else {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The user denied permission', 'SecurityError')
    })
  }
  const opened = await page()
  expect([opened.title(), opened.documents.notice?.code]).toEqual(['Welcome', 'storage/unavailable'])
  opened.rename('Mine')
  expect(opened.title()).toBe('Mine')
})

it('a write that is aborted is said once, and all of it is written by the next', async () => {
  const opened = await page()
  opened.rename('One')
  await opened.documents.flush()
  const failing = vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    this.abort()
  })
  opened.rename('Two')
  await opened.documents.flush()
  expect(opened.documents.notice?.code).toBe('storage/unavailable')
  expect(failing).toHaveBeenCalled()
  failing.mockRestore()
  opened.rename('Three')
  await opened.documents.flush()
  expect(opened.documents.notice).toBeUndefined()
  crash()
  const again = await page()
  expect(again.title()).toBe('Three')
  again.store.undo()
  expect(again.title()).toBe('Two')
})

const graph = (title: string) => ({ document: { ...depthGraph(catalogue), title }, problems: [] })
const titles = ({ documents }: Awaited<ReturnType<typeof page>>) => documents.tabs.map(({ title }) => title)

it('several documents are open beside each other, each with its undo, also after a crash', async () => {
  const first = await page()
  await first.documents.open(graph('One'))
  first.rename('One, edited')
  await first.documents.open(graph('Two'))
  // The welcome graph, which nobody has touched, made room.
  expect([titles(first), first.title()]).toEqual([['One, edited', 'Two'], 'Two'])
  await first.documents.activate(first.documents.tabs[0]?.id ?? '')
  expect([first.title(), first.store.canUndo]).toEqual(['One, edited', true])
  await first.documents.flush()
  crash()
  const second = await page()
  expect(titles(second)).toEqual(['One, edited', 'Two'])
  for (const { id, title } of second.documents.tabs) {
    await second.documents.activate(id)
    expect([second.title(), second.store.canUndo]).toEqual([title, title !== 'Two'])
  }
})

it('a closed document is in the list, also after a reload, and opens with what can be undone of it', async () => {
  const first = await page()
  await first.documents.open(graph('One'))
  await first.documents.open(graph('Two'))
  first.rename('Two, edited')
  await first.documents.close(first.documents.active)
  expect([titles(first), first.title(), first.documents.closed?.title]).toEqual([['One'], 'One', 'Two, edited'])
  await first.documents.reopen(first.documents.closed?.id ?? '')
  expect([titles(first), first.title(), first.store.canUndo]).toEqual([['One', 'Two, edited'], 'Two, edited', true])
  await first.documents.close(first.documents.active)
  await first.documents.flush()
  await new Promise((resolve) => setTimeout(resolve, 50))
  crash()
  const second = await page()
  expect(titles(second)).toEqual(['One'])
  const [row] = await second.documents.closedOnes()
  expect(row?.title).toBe('Two, edited')
  await second.documents.reopen(row?.id ?? '')
  second.store.undo()
  expect([titles(second), second.title()]).toEqual([['One', 'Two'], 'Two'])
  expect(await second.documents.closedOnes()).toEqual([])
})

it('where the last one is closed the welcome graph comes', async () => {
  const first = await page()
  await first.documents.open(graph('One'))
  await first.documents.close(first.documents.active)
  expect([titles(first), first.title()]).toEqual([['Welcome'], 'Welcome'])
})

describe('a page that ends before IndexedDB has answered', () => {
  /** What is written from now on does not come through. */
  const cutOff = () =>
    vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
      this.abort()
    })

  async function leave({ documents }: Awaited<ReturnType<typeof page>>): Promise<void> {
    const failing = cutOff()
    void documents.hide(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    failing.mockRestore()
    crash()
  }

  it('loses nothing: neither the first edit of all, nor later ones, nor what can be undone', async () => {
    const first = await page()
    first.rename('One')
    await leave(first)
    const second = await page()
    expect([second.title(), second.begun.fresh]).toEqual(['One', false])
    await second.documents.flush()
    second.rename('Two')
    await second.documents.flush()
    second.rename('Three')
    second.store.undo()
    second.rename('Four')
    await leave(second)
    const third = await page()
    expect([third.title(), third.documents.notice]).toEqual(['Four', undefined])
    third.store.undo()
    expect(third.title()).toBe('Two')
    third.store.undo()
    expect(third.title()).toBe('One')
    expect([...spilled.keys()]).toEqual([])
  })

  it('has the edits of a tab that was left just before, too', async () => {
    const first = await page()
    await first.documents.open(graph('One'))
    await first.documents.open(graph('Two'))
    const [one] = first.documents.tabs
    first.rename('Two, edited')
    const failing = cutOff()
    await first.documents.activate(one?.id ?? '')
    failing.mockRestore()
    await leave(first)
    expect(titles(await page()).sort()).toEqual(['One', 'Two, edited'])
  })

  it('leaves nothing behind where all was written, and what was written is not taken back by what was spilled', async () => {
    const first = await page()
    first.rename('One')
    await first.documents.hide()
    expect([...spilled.keys()]).toEqual([])
    const failing = cutOff()
    first.rename('Two')
    const hidden = first.documents.hide()
    failing.mockRestore()
    await hidden
    expect([...spilled.keys()].length).toBe(1)
    first.rename('Three')
    await first.documents.keep()
    crash()
    expect((await page()).title()).toBe('Three')
    expect([...spilled.keys()]).toEqual([])
  })

  it('is no crash, however often it is reloaded', async () => {
    const first = await page()
    first.rename('One')
    await first.documents.flush()
    crash()
    for (let n = 0; n < 4; n++) {
      const opened = await page()
      expect([opened.title(), opened.begun.careful]).toEqual(['One', false])
      await leave(opened)
    }
  })

  it('is read as it was written or not at all, and not while another page has the document', async () => {
    const first = await page()
    first.rename('One')
    await first.documents.flush()
    first.rename('Two')
    const failing = cutOff()
    void first.documents.hide(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    failing.mockRestore()
    const second = await page()
    expect([second.title(), spilled.size]).toEqual(['One', 1])
    for (const [key, text] of spilled) spilled.set(key, text.replace('Two', 'Ten'))
    crash()
    expect((await page()).documents.tabs.map(({ title }) => title)).not.toContain('Ten')
    expect(spilled.size).toBe(0)
  })
})
