import { beforeEach, describe, expect, it } from 'vitest'
import { readDocument, parseDocument } from '../../../src/graph/validate.ts'
import { History, type HistoryAction } from '../../../src/graph/history.ts'
import { packed, recover } from '../../../src/editor/drafts/recover.ts'
import { FORMAT, seal, type StoredDocument } from '../../../src/editor/drafts/records.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

const read = async (text: string) => parseDocument(text, catalogue)
const rename = (title: string): HistoryAction => ({ do: 'apply', command: { do: 'setTitle', title } })
const row = { id: 'a', format: FORMAT, title: 'Mine', opened: 1, changed: 1, closed: undefined, tries: 0 }

let document: ReturnType<typeof depthGraph>
beforeEach(() => {
  document = readDocument(JSON.parse(JSON.stringify(depthGraph(catalogue))), catalogue).document
})

const slot = (number: 0 | 1, seq: number, title: string, made = 'now') => ({
  id: 'a',
  slot: number,
  seq,
  made,
  ...seal(packed(new History({ ...document, title }))),
})

const entry = (seq: number, ...actions: HistoryAction[]) => ({ id: 'a', seq, ...seal(JSON.stringify(actions)) })

const torn = <T extends { text: string }>(row: T): T => ({ ...row, text: row.text.slice(0, -20) })

function stored(changes: Partial<StoredDocument> = {}): StoredDocument {
  return {
    row,
    snapshots: [slot(0, 2, 'two'), slot(1, 4, 'four')],
    journal: [3, 4, 5, 6].map((seq) => entry(seq, rename(`after ${seq}`))),
    ...changes,
  }
}

describe('a stored document', () => {
  it('is the newest snapshot and the journal after it, with its undo steps', async () => {
    const { history, shortened, seq, slots } = await recover(stored(), 'now', read)
    expect([history.document.title, shortened, seq, slots]).toEqual(['after 6', false, 6, [2, 4]])
    expect([history.undo().title, history.undo().title, history.canUndo]).toEqual(['after 5', 'four', false])
    expect(history.redo().title).toBe('after 5')
  })

  it('with a torn slot is the other slot and the journal: nothing is lost', async () => {
    const snapshots = [slot(0, 2, 'two'), torn(slot(1, 4, 'four'))]
    const { history, shortened, slots } = await recover(stored({ snapshots }), 'now', read)
    expect([history.document.title, shortened, slots]).toEqual(['after 6', false, [2, 0]])
  })

  it.each([
    ['damaged', [entry(5, rename('after 5')), torn(entry(6, rename('after 6')))]],
    ['missing', [entry(5, rename('after 5')), entry(7, rename('after 7'))]],
    [
      'senseless',
      [entry(5, rename('after 5')), entry(6, { do: 'apply', command: { do: 'removeNodes', nodes: ['x'] } })],
    ],
    ['no list', [entry(5, rename('after 5')), { id: 'a', seq: 6, ...seal('{"length": 3') }]],
  ])('ends before an entry that is %s, and says so', async (_, journal) => {
    const { history, shortened, seq } = await recover(stored({ journal }), 'now', read)
    expect([history.document.title, shortened]).toEqual(['after 5', true])
    expect(seq).toBe(journal.at(-1)?.seq)
  })

  it('of another version of the program keeps its contents; what undo would mean is not sure any more', async () => {
    const { history } = await recover(stored(), 'later', read)
    expect([history.document.title, history.canUndo]).toEqual(['after 6', false])
  })

  it('that is repaired while it is read begins a new history', async () => {
    const away = { ...document.nodes[0], position: { x: 1e9, y: 0 } }
    const far = { ...document, title: 'far', nodes: [away, ...document.nodes.slice(1)] } as typeof document
    const snapshots = [{ ...slot(0, 4, ''), ...seal(packed(new History(far))) }]
    const { history, problems } = await recover(stored({ snapshots }), 'now', read)
    expect([history.document.title, history.canUndo, problems.length]).toEqual(['after 6', false, 1])
  })

  it('with nothing whole is refused, typed', async () => {
    const snapshots = [torn(slot(0, 2, 'two')), { ...slot(1, 4, ''), ...seal('no JSON') }]
    await expect(recover(stored({ snapshots }), 'now', read)).rejects.toMatchObject({ code: 'storage/damaged' })
    await expect(recover(stored({ snapshots: [] }), 'now', read)).rejects.toMatchObject({ code: 'storage/damaged' })
  })
})

it('a snapshot leaves out the oldest undo steps when all would be too long', () => {
  const history = new History(document)
  const note = (n: number) =>
    ({ do: 'setParam', node: document.nodes[0]?.id ?? '', param: 'note', value: `${n}`.padEnd(60_000) }) as const
  for (let n = 0; n < 100; n++) history.apply(note(n))
  const text = packed(history)
  expect(text.length).toBeLessThan(4.3 * 1024 * 1024)
  const again = History.unpack(JSON.parse(text) as ReturnType<History['pack']>)
  expect(again.document).toEqual(history.document)
  let steps = 0
  for (; again.canUndo; steps++) again.undo()
  expect(steps).toBeGreaterThan(20)
  expect(steps).toBeLessThan(100)
})
