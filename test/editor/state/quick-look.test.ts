import { expect, it, vi } from 'vitest'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { quickLook } from '../../../src/editor/state/quick-look.ts'
import { catalogue } from '../support/catalogue.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { depthGraph } from '../support/graph.ts'

const document = depthGraph(catalogue)
const withParams = (params: Readonly<Record<string, object>>) => ({
  ...document,
  nodes: document.nodes.map((node) => ({ ...node, params: { ...node.params, ...params[node.id] } })),
})
const paramsOf = (of: typeof document | undefined, id: string) => of?.nodes.find((node) => node.id === id)?.params

it('has one member at no more than 384 pixels, and leaves everything else', () => {
  const large = withParams({ noise: { members: 8, seed: 5 }, fit: { resolution: 768 } })
  const look = quickLook(large, catalogue, 'view')
  expect(paramsOf(look, 'noise')).toEqual({ ...paramsOf(large, 'noise'), members: 1 })
  expect(paramsOf(look, 'fit')).toEqual({ ...paramsOf(large, 'fit'), resolution: 384 })
  expect(look?.links).toBe(large.links)
})

it('is not worth it where nothing before the node would be less', () => {
  expect(quickLook(document, catalogue, 'view')).toBe(undefined)
  expect(quickLook(withParams({ noise: { members: 8 } }), catalogue, 'picture')).toBe(undefined)
})

const opened = async () => {
  let engine: FakeEngine | undefined
  const editor = await new Promise<Editor>((ready) => {
    const made = new Editor(
      (events) => (engine = new FakeEngine(events, catalogue)),
      [],
      () => ready(made),
    )
  })
  editor.runs.live = false
  editor.store.start(withParams({ noise: { members: 8 } }))
  editor.look()
  if (engine === undefined) throw new Error('no engine')
  return { editor, engine }
}
const members = (engine: FakeEngine) => engine.documents.map((each) => paramsOf(each, 'noise')?.['members'])

it('comes first where it is asked for, then the whole', async () => {
  const { editor, engine } = await opened()
  editor.runs.quick = true
  editor.runs.start()
  expect(editor.status).toBe('A quick look first.')
  await vi.waitFor(() => expect(members(engine)).toEqual([1, 8]))
  expect(engine.runs[0]).toEqual(['view'])
  await vi.waitFor(() => expect(editor.status).toMatch(/^Finished/))
  expect(editor.run.running).toBe(false)
  expect(members(engine)).toEqual([1, 8])
})

it('does not come unasked, and after a cancel nothing follows it', async () => {
  const { editor, engine } = await opened()
  editor.runs.start()
  await vi.waitFor(() => expect(editor.status).toMatch(/^Finished/))
  expect(members(engine)).toEqual([8])
  editor.runs.quick = true
  editor.setParam('noise', 'seed', 7)
  editor.runs.start()
  editor.runs.cancel()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(members(engine)).toEqual([8, 1])
})
