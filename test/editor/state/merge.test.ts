import { beforeEach, describe, expect, it } from 'vitest'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { besides, inserted } from '../../../src/editor/state/edits.ts'
import { openText, takeFile } from '../../../src/editor/state/files.ts'
import { addToGraph } from '../../../src/editor/state/merge.ts'
import { apply } from '../../../src/graph/commands.ts'
import type { FormEntry, GraphDocument } from '../../../src/graph/document.ts'
import { LIMITS } from '../../../src/graph/limits.ts'
import { serialize } from '../../../src/graph/serialize.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

let editor: Editor
const mine: GraphDocument = {
  ...depthGraph(catalogue),
  frames: [{ id: 'frame', title: 'Mine', colour: 'red', box: { x: 0, y: 0, width: 2000, height: 100 } }],
}
const given: GraphDocument = {
  ...depthGraph(catalogue),
  title: 'Given',
  frames: [{ id: 'frame', title: 'Given', colour: 'blue', box: { x: -20, y: -20, width: 300, height: 200 } }],
  notes: [{ id: 'note', text: 'Look', box: { x: 10, y: 10, width: 100, height: 60 } }],
}

beforeEach(async () => {
  editor = await new Promise<Editor>((ready) => {
    const made = new Editor(
      (events) => new FakeEngine(events, catalogue),
      [],
      () => ready(made),
    )
  })
  editor.store.start(mine)
})

describe('a graph that is added to another', () => {
  it('lies beside it under ids of its own, with its wires, frames and notes', () => {
    const { command, nodes: copies, marks } = inserted(mine, given, besides(mine))
    const { document, inverse } = apply(mine, command)
    const ids = document.nodes.map(({ id }) => id)
    expect(new Set(ids).size).toBe(2 * mine.nodes.length)
    expect(document.nodes.slice(0, mine.nodes.length)).toEqual(mine.nodes)
    const added = document.nodes.filter(({ id }) => copies.includes(id))
    expect(Math.min(...added.map(({ position }) => position.x))).toBe(2120)
    const wires = document.links.filter(({ to }) => copies.includes(to.node))
    expect(wires.length).toBe(given.links.length)
    expect(wires.every(({ from }) => copies.includes(from.node))).toBe(true)
    expect(document.frames).toEqual([
      ...(mine.frames ?? []),
      { id: 'frame-2', title: 'Given', colour: 'blue', box: { x: 2100, y: -20, width: 300, height: 200 } },
    ])
    expect(document.notes).toEqual([{ id: 'note', text: 'Look', box: { x: 2130, y: 10, width: 100, height: 60 } }])
    expect(marks).toEqual(['frame frame-2', 'note note'])
    expect(apply(document, inverse).document).toEqual(mine)
  })

  it('brings its stars, behind those that are there, as many as a form has room for', () => {
    const entry = (node: string) => ({ node, param: 'seed', label: node })
    const starred = (form: readonly FormEntry[]): GraphDocument => ({ ...mine, form })
    const command = (form: readonly FormEntry[], more: readonly FormEntry[]) =>
      apply(starred(form), inserted(starred(form), starred(more), besides(mine)).command)
    const { document, inverse } = command([entry('noise')], [entry('noise'), entry('color')])
    expect(document.form).toEqual([
      entry('noise'),
      { ...entry('noise'), node: 'noise-2' },
      { ...entry('color'), node: 'color-2' },
    ])
    expect(apply(document, inverse).document).toEqual(starred([entry('noise')]))
    const full = Array.from({ length: LIMITS.form - 1 }, () => entry('noise'))
    expect(command(full, [entry('noise'), entry('color')]).document.form).toHaveLength(LIMITS.form)
  })

  it('is one step, selected, said, and does not run by itself', async () => {
    editor.runs.live = true
    await openText(editor, serialize(given), addToGraph)
    expect(editor.status).toBe('Added 11 nodes, 1 frame, 1 note of Given to this graph.')
    expect(editor.selection.ids.size).toBe(11)
    await new Promise((later) => setTimeout(later, 400))
    expect(editor.run.running).toBe(false)
    editor.undo()
    expect(editor.store.document).toEqual(mine)
  })

  it('tells what was found in it of its nodes as they are called now', async () => {
    const strange = { id: 'view', type: 'other/node', version: 1, params: {}, position: { x: 0, y: 0 } }
    await openText(editor, serialize({ ...given, nodes: [strange], links: [] }), addToGraph)
    expect(editor.problems).toMatchObject([{ code: 'graph/unknown-type', node: 'view-2' }])
    expect(editor.store.node('view-2')?.type).toBe('other/node')
  })

  it('changes nothing when it is empty or broken', async () => {
    await openText(editor, serialize({ ...given, nodes: [], links: [] }), addToGraph)
    expect(editor.status).toBe('There are no nodes in it.')
    await openText(editor, '{"format": "marigold-graph"}', addToGraph)
    expect(editor.trouble?.code).toBe('graph/broken')
    expect(editor.store.document).toEqual(mine)
  })
})

it('a file that is too large for a graph is refused before it is read', async () => {
  const file = { name: 'large.json', type: 'application/json', size: 2 ** 31, text: () => Promise.reject(new Error()) }
  await takeFile(editor, file as unknown as File)
  expect(editor.trouble?.code).toBe('graph/too-large')
})
