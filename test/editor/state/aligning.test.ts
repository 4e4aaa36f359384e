import { beforeEach, describe, expect, it } from 'vitest'
import { align, distribute } from '../../../src/editor/state/aligning.ts'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { layered } from '../../../src/editor/state/layered.ts'
import type { LayoutOrder } from '../../../src/editor/state/layering.ts'
import { tidy } from '../../../src/editor/state/tidying.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph } from '../support/graph.ts'

let editor: Editor
const [a, b, c] = ['picture', 'fit', 'noise']
const spots = new Map([
  [a, { x: 10, y: 0, width: 100, height: 50 }],
  [b, { x: 30, y: 400, width: 200, height: 100 }],
  [c, { x: 0, y: 110, width: 100, height: 50 }],
])

/** What the page does in a Worker. */
const layOut = ({ nodes, links }: LayoutOrder) => Promise.resolve(layered(nodes, links))

beforeEach(async () => {
  editor = await new Promise<Editor>((ready) => {
    const made = new Editor(
      (events) => new FakeEngine(events, catalogue),
      [],
      () => ready(made),
    )
  })
  editor.runs.live = false
  const document = depthGraph(catalogue)
  editor.store.start({
    ...document,
    nodes: document.nodes.map((node) => ({ ...node, position: spots.get(node.id) ?? node.position })),
  })
  for (const { id, position } of editor.store.document.nodes) {
    editor.geometry.nodes.set(id, position)
    editor.geometry.measured(id, spots.get(id) ?? { width: 236, height: 200 })
  }
  editor.selection.set([a ?? '', b ?? '', c ?? ''])
})

const places = () => [a, b, c].map((id) => editor.store.node(id ?? '')?.position)

describe('the selected nodes', () => {
  it('are put in line by an edge or their middles, as one step', () => {
    align(editor, 'right')
    expect(places().map((at) => at?.x)).toEqual([130, 30, 130])
    editor.undo()
    align(editor, 'middle')
    expect(places().map((at) => at?.y)).toEqual([225, 200, 225])
    editor.undo()
    expect(editor.store.canUndo).toBe(false)
  })

  it('are spread with equal gaps between the outermost', () => {
    distribute(editor, 'y')
    expect(places().map((at) => at?.y)).toEqual([0, 400, 200])
  })

  it('must be enough', () => {
    editor.selection.set([a ?? ''])
    align(editor, 'left')
    distribute(editor, 'x')
    expect(editor.status).toBe('Select at least 3 nodes first.')
    expect(editor.store.canUndo).toBe(false)
  })
})

describe('tidying', () => {
  it('lays out all nodes, frames around theirs and notes beside them, as one step', async () => {
    const around = (editor.store.document.nodes[0]?.position ?? { x: 0, y: 0 }) as { x: number; y: number }
    editor.selection.clear()
    const frames = [
      {
        id: 'f',
        title: 'F',
        colour: 'red' as const,
        box: { x: around.x - 9, y: around.y - 9, width: 260, height: 230 },
      },
    ]
    const notes = [{ id: 'n', text: 'by the picture', box: { x: 12, y: 60, width: 60, height: 40 } }]
    editor.do({
      do: 'all',
      commands: [
        { do: 'setFrames', frames },
        { do: 'setNotes', notes },
      ],
    })
    const before = editor.store.document
    await tidy(editor, layOut)
    const { nodes, links, frames: after = [], notes: moved = [] } = editor.store.document
    const at = new Map(nodes.map(({ id, position }) => [id, position]))
    for (const { from, to } of links) expect(at.get(from.node)?.x ?? NaN).toBeLessThan(at.get(to.node)?.x ?? NaN)
    expect(nodes.every(({ position: { x, y } }) => x % 8 === 0 && y % 8 === 0)).toBe(true)
    expect(after[0]?.box).not.toEqual(frames[0]?.box)
    expect(moved[0]?.text).toBe('by the picture')
    editor.undo()
    expect(editor.store.document).toEqual(before)
  })

  it('goes by the graph that is there at the end: parameters may change meanwhile, and nothing is done after another edit', async () => {
    editor.selection.clear()
    let edit = () => editor.setParam('noise', 'seed', 7)
    const slow = (order: LayoutOrder) => {
      edit()
      return layOut(order)
    }
    await tidy(editor, slow)
    expect(editor.status).toBe(`Tidied ${editor.store.document.nodes.length} nodes.`)
    expect(editor.store.node('noise')?.params.seed).toBe(7)

    edit = () => editor.do({ do: 'moveNodes', positions: { noise: { x: 4000, y: 0 } } })
    await tidy(editor, slow)
    expect(editor.status).toContain('was changed while it was laid out')
    expect(editor.store.node('noise')?.position).toEqual({ x: 4000, y: 0 })
  })

  it('says why where the layout could not be worked out, and can be asked again', async () => {
    editor.selection.clear()
    await tidy(editor, () => Promise.reject(new Error('no Worker')))
    expect(editor.trouble?.message).toContain('no Worker')
    await tidy(editor, layOut)
    expect(editor.status).toMatch(/^Tidied/)
  })
})
