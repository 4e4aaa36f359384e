import { beforeEach, describe, expect, it, vi } from 'vitest'
import { copied, pasteGraph } from '../../../src/editor/state/clipboard.ts'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { openText } from '../../../src/editor/state/files.ts'
import { fittingSocket, refusal } from '../../../src/editor/state/wiring.svelte.ts'
import { serialize } from '../../../src/graph/serialize.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { catalogue } from '../support/catalogue.ts'
import { depthGraph, graph } from '../support/graph.ts'

let editor: Editor
let engine: FakeEngine

const newEditor = (): Promise<Editor> =>
  new Promise((ready) => {
    const made = new Editor(
      (events) => (engine = new FakeEngine(events, catalogue)),
      [],
      () => ready(made),
    )
  })

beforeEach(async () => {
  editor = await newEditor()
  editor.runs.live = false
  editor.store.start(depthGraph(catalogue))
})

const info = (type: string) => {
  const found = catalogue.get(type)
  if (!found) throw new Error(`no ${type}`)
  return found
}

const out = (node: string, socket: string) => ({ node, side: 'output', socket }) as const
const into = (node: string, socket: string) => ({ node, side: 'input', socket }) as const

describe('wires', () => {
  it('are refused with the reason, and nothing changes', () => {
    const before = editor.store.document
    expect(editor.connect(out('picture', 'image'), into('decode', 'latent'))).toBe(false)
    expect(editor.status).toBe('This input takes latent, not image.')
    expect(editor.store.document).toBe(before)
    expect(refusal(before, catalogue, out('color', 'image'), into('fit', 'image'))).toContain('cycle')
    expect(refusal(before, catalogue, out('color', 'image'), out('fit', 'image'))).toBe('A wire ends at an input.')
  })

  it('dropped on a node go to the first free input that fits', () => {
    editor.disconnect({ node: 'denoise', socket: 'noise' })
    expect(fittingSocket(editor.store.document, catalogue, out('noise', 'noise'), 'denoise')).toEqual(
      into('denoise', 'noise'),
    )
    expect(fittingSocket(editor.store.document, catalogue, out('picture', 'image'), 'decode')).toBeUndefined()
  })

  it.each([
    [
      'an output',
      out('denoise', 'latent'),
      [
        'depth/blend-latents',
        'depth/ddim-denoise',
        'depth/vae-decode',
        'intrinsics/decode-appearance',
        'intrinsics/decode-lighting',
        'normals/vae-decode',
      ],
    ],
    [
      'an input whose picture goes on as a depth map',
      into('match', 'value'),
      ['depth/ensemble-align', 'depth/vae-decode', 'image/match-size', 'normals/ensemble'],
    ],
  ])('from %s are offered the nodes that they can be connected to, and each connects', (_, wire, offered) => {
    const types = editor.addable(wire)
    expect(types.map(({ type }) => type).sort()).toEqual(offered)
    for (const type of types) {
      const id = editor.add(type, { x: 0, y: 0 }, wire)
      const made = editor.store.document.links.some(({ from, to }) => from.node === id || to.node === id)
      expect(made, type.type).toBe(true)
      editor.undo()
    }
  })

  it('moved to another input keep their points, and are one undo step', () => {
    const via = [{ x: 7, y: 8 }]
    editor.do({ do: 'setVia', to: { node: 'view', socket: 'value' }, via })
    const before = editor.store.document
    const lifted = editor.store.linkAt({ node: 'view', socket: 'value' })
    const id = editor.add(info('output/export'), { x: 0, y: 0 })
    editor.connect(out('color', 'image'), into(id, 'value'), lifted)
    expect(editor.store.linkAt({ node: 'view', socket: 'value' })).toBeUndefined()
    expect(editor.store.linkAt({ node: id, socket: 'value' })?.via).toEqual(via)
    editor.undo()
    editor.undo()
    expect(editor.store.document).toEqual(before)
  })
})

describe('nodes', () => {
  it('added at the end of a wire come connected, as one step', () => {
    const before = editor.store.document
    const id = editor.add(info('depth/colorize'), { x: 5, y: 6 }, out('align', 'uncertainty'))
    expect(editor.store.linkAt({ node: id, socket: 'value' })?.from).toEqual({ node: 'align', socket: 'uncertainty' })
    editor.undo()
    expect(editor.store.document).toEqual(before)
  })

  it('taken out of a chain let the wire through where the kinds are the same', () => {
    editor.selection.set(['match'])
    editor.removeSelected()
    expect(editor.store.linkAt({ node: 'color', socket: 'value' })?.from).toEqual({ node: 'align', socket: 'depth' })
    expect(editor.selection.ids.size).toBe(0)
    editor.undo()
    expect(editor.store.document).toEqual(depthGraph(catalogue))
  })

  it('duplicate with what feeds them, under new ids', () => {
    editor.selection.set(['match', 'color'])
    editor.duplicateSelected()
    expect(editor.store.document.nodes).toHaveLength(13)
    expect(editor.selection.ids.size).toBe(2)
    expect(editor.store.linkAt({ node: 'color-2', socket: 'value' })?.from.node).toBe('match-2')
    expect(editor.store.linkAt({ node: 'match-2', socket: 'value' })?.from.node).toBe('align')
  })
})

describe('the clipboard', () => {
  it('carries no notes that were not selected', () => {
    const box = { x: 0, y: 0, width: 200, height: 100 }
    editor.store.start({ ...depthGraph(catalogue), notes: [{ id: 'n', text: 'mine', box }] })
    editor.selection.set(['match'])
    expect(copied(editor)).not.toContain('mine')
    expect(serialize(editor.store.document)).toContain('mine')
  })

  it('carries nodes and the links among them to another document, as one step', async () => {
    editor.selection.set(['match', 'color'])
    const text = copied(editor) ?? ''
    const other = await newEditor()
    other.store.start({ ...depthGraph(catalogue), nodes: [], links: [] })
    await pasteGraph(other, text)
    expect(other.store.document.nodes.map(({ type }) => type)).toEqual(['image/match-size', 'depth/colorize'])
    expect(other.store.document.links).toEqual([
      { from: { node: 'match', socket: 'value' }, to: { node: 'color', socket: 'value' } },
    ])
    expect(other.selection.ids).toEqual(new Set(['match', 'color']))
    other.undo()
    expect(other.store.document.nodes).toEqual([])
  })

  it('pastes beside what was pasted before, under new ids', async () => {
    editor.selection.set(['color'])
    const text = copied(editor) ?? ''
    await pasteGraph(editor, text)
    await pasteGraph(editor, text)
    const [first, second] = editor.store.document.nodes.slice(-2)
    expect([first?.id, second?.id]).toEqual(['color-2', 'color-3'])
    expect(second?.position).not.toEqual(first?.position)
  })

  it('with something else in it changes nothing and says so', async () => {
    const before = editor.store.document
    await pasteGraph(editor, '{"format":"something"}')
    expect(editor.store.document).toBe(before)
    expect(editor.trouble?.message).toBeTruthy()
  })
})

describe('parameters', () => {
  it('of one gesture are one undo step; the same value is none', () => {
    const gesture = editor.store.gesture()
    for (const members of [2, 3, 4]) editor.setParam('noise', 'members', members, gesture)
    editor.setParam('noise', 'members', 4)
    editor.setParam('noise', 'members', 9, editor.store.gesture())
    editor.undo()
    expect(editor.store.node('noise')?.params.members).toBe(4)
    editor.undo()
    expect(editor.store.node('noise')?.params.members).toBe(1)
    expect(editor.store.canUndo).toBe(false)
  })
})

describe('opening', () => {
  it('brings back what was saved, beside what was there, which stays as it was', async () => {
    await openText(editor, serialize(editor.store.document))
    editor.setParam('noise', 'members', 3)
    const saved = editor.store.document
    const text = serialize(saved)
    editor.setParam('noise', 'members', 8)
    expect(await openText(editor, text)).toBe(true)
    expect(editor.store.document).toEqual(saved)
    const [before, opened] = editor.documents.tabs
    expect(opened?.id).toBe(editor.documents.active)
    await editor.documents.activate(before?.id ?? '')
    expect(editor.store.node('noise')?.params.members).toBe(8)
    editor.undo()
    expect(editor.store.node('noise')?.params.members).toBe(3)
  })

  it('lists repairs', async () => {
    const document = depthGraph(catalogue)
    const links = [...document.links, { from: { node: 'gone', socket: 'x' }, to: { node: 'view', socket: 'y' } }]
    expect(await openText(editor, JSON.stringify({ ...document, links }))).toBe(true)
    expect(editor.problems).toHaveLength(1)
  })

  it.each(['', 'null', '{', '{"format":"marigold-graph"}'])(
    'leaves the document alone when the file is %j',
    async (text) => {
      const before = editor.store.document
      expect(await openText(editor, text)).toBe(false)
      expect(editor.store.document).toBe(before)
      expect(editor.trouble?.message).toBeTruthy()
    },
  )
})

describe('Run', () => {
  it('with a lone node that cannot run says what it lacks', async () => {
    editor.store.start(graph(catalogue, { decode: ['depth/vae-decode', 0, 0] }))
    await vi.waitFor(() => expect(editor.run.nodes.get('decode')?.phase).toBe('blocked'))
    editor.runs.start()
    await vi.waitFor(() => expect(editor.run.running).toBe(false))
    expect(editor.run.errors).toMatchObject([{ code: 'graph/open-input', node: 'decode' }])
  })

  it('of an empty graph says so and asks the engine for nothing', () => {
    editor.store.start(graph(catalogue, {}))
    editor.runs.start()
    expect(editor.status).toBe('There is nothing to run: add a node first.')
    expect([editor.run.running, engine.runs]).toEqual([false, []])
  })
})

describe('the viewer', () => {
  it('keeps what it shows while the parameters of another node change, and lets go of a node that is gone', () => {
    editor.store.start(depthGraph(catalogue))
    expect(editor.viewing.node).toBe('view')
    editor.selection.set(['noise'])
    editor.setParam('noise', 'members', 3)
    expect(editor.viewing.node).toBe('view')
    editor.selection.set(['view'])
    editor.removeSelected()
    expect(editor.viewing.node).toBe('color')
  })

  it('begins with the View of a graph that is opened, also where its nodes have the names of others', async () => {
    const other = graph(catalogue, { view: ['input/load-image', 0, 0], last: ['output/view', 0, 0] })
    expect(editor.viewing).toMatchObject({ node: 'view', socket: 'value' })
    expect(await openText(editor, serialize(other))).toBe(true)
    expect(editor.viewing).toMatchObject({ node: 'last', socket: 'value' })
    const third = graph(catalogue, { last: ['input/load-image', 0, 0] })
    await openText(editor, serialize(third))
    expect(editor.viewing).toMatchObject({ node: 'last', socket: 'image' })
  })
})

describe('live runs', () => {
  it('follow an edit by themselves, the newest only, and not a move', async () => {
    editor.runs.live = true
    editor.setParam('color', 'invert', true)
    editor.setParam('color', 'invert', false, 'x')
    await vi.waitFor(() => expect(editor.status).toContain('Finished'), 5000)
    expect(engine.runs).toEqual([['view']])
    editor.do({ do: 'moveNodes', positions: { color: { x: 1, y: 2 } } })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(engine.runs).toHaveLength(1)
    editor.setParam('color', 'invert', true)
    await vi.waitFor(() => expect(engine.runs).toHaveLength(2), 200)
  })

  it('include the end of a chain, whose picture is on its node, unless it cannot run', async () => {
    editor.runs.live = true
    const id = editor.add(info('depth/colorize'), { x: 0, y: 0 })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(engine.runs.flat()).not.toContain(id)
    editor.connect(out('align', 'uncertainty'), into(id, 'value'))
    await vi.waitFor(() => expect(engine.runs.at(-1)).toEqual(['view', id]), 1000)
  })

  it('do not start because a preset was opened, but with the next edit', async () => {
    editor.setParam('color', 'invert', true)
    const text = serialize(editor.store.document)
    editor.runs.live = true
    expect(await openText(editor, text)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(engine.runs).toEqual([])
    // Nor because it was left and is shown again.
    const [one = '', two = ''] = editor.documents.tabs.map(({ id }) => id)
    expect(await openText(editor, text)).toBe(true)
    await editor.documents.activate(two || one)
    await editor.documents.activate(one)
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(engine.runs).toEqual([])
    editor.setParam('color', 'invert', false)
    await vi.waitFor(() => expect(engine.runs).toEqual([['view']]), 1000)
  })

  it('do not start while Live is off', async () => {
    editor.setParam('color', 'invert', true)
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(engine.runs).toEqual([])
  })
})
