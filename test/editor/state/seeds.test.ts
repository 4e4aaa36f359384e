import { expect, it } from 'vitest'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { Seeds } from '../../../src/editor/state/seeds.svelte.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

const shelf = (text: string | null = null) => {
  let kept = text
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) }
}

const editorWith = () =>
  new Promise<Editor>((ready) => {
    const made = new Editor(
      (events) => new FakeEngine(events, catalogue),
      [],
      () => ready(made),
    )
  })

it('the seeds of pictures come back in another visit, for the graph that they were of', async () => {
  const editor = await editorWith()
  editor.store.start(depthGraph(catalogue))
  editor.documents.active = 'mine'
  const storage = shelf()
  const seeds = new Seeds(editor, storage)
  seeds.made(editor.store.document)
  editor.setParam('noise', 'seed', 7)
  seeds.made(editor.store.document)
  const again = new Seeds(editor, storage)
  expect(again.used('noise', 'seed')).toEqual([7, 2024])
  editor.documents.active = 'other'
  expect(again.used('noise', 'seed')).toEqual([])
})

it.each(['nonsense', '[["mine",{"noise seed":7}]]', '[["mine",{"noise seed":["7"]}]]', '[["mine",null]]'])(
  'whatever is stored is no harm: %s',
  async (text) => {
    const editor = await editorWith()
    editor.documents.active = 'mine'
    expect(new Seeds(editor, shelf(text)).used('noise', 'seed')).toEqual([])
  },
)

it('a lock is of the document: one step of undo, copied with its node, and no reason to run', async () => {
  const editor = await editorWith()
  editor.store.start(depthGraph(catalogue))
  editor.seeds.toggle('noise', 'seed')
  expect(editor.seeds.locked('noise', 'seed')).toBe(false)
  editor.selection.set(['noise'])
  editor.duplicateSelected()
  expect(editor.seeds.locked('noise-2', 'seed')).toBe(false)
  editor.undo()
  editor.undo()
  expect(editor.seeds.locked('noise', 'seed')).toBe(true)
  expect(editor.store.canUndo).toBe(false)
})
