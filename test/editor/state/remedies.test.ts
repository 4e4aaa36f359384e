import { beforeEach, expect, test } from 'vitest'
import type { PlainError, Remedy } from '../../../src/base/errors.ts'
import { Editor } from '../../../src/editor/state/editor.svelte.ts'
import { offers } from '../../../src/editor/state/offers.ts'
import { catalogue } from '../support/catalogue.ts'
import { FakeEngine } from '../support/fake-engine.ts'
import { depthGraph } from '../support/graph.ts'

let editor: Editor
let engine: FakeEngine

beforeEach(async () => {
  await new Promise<void>((ready) => {
    editor = new Editor(
      (events) => (engine = new FakeEngine(events, catalogue)),
      [],
      () => ready(),
    )
  })
  editor.runs.live = false
  editor.store.start(depthGraph(catalogue))
})

const error = (remedies: readonly Remedy[], node = 'denoise'): PlainError => ({
  code: 'gpu/out-of-memory',
  message: 'No memory.',
  node,
  remedies,
})
const labels = (given: PlainError) => offers(editor, given).map(({ label }) => label)
const press = (label: string, given: PlainError) =>
  offers(editor, given)
    .find((offer) => offer.label === label)
    ?.act()
const param = (node: string, name: string) => editor.store.node(node)?.params[name]
const lower: Remedy = { do: 'lower', param: 'resolution', by: 0.75 }

test('a resolution is lowered where it stands, in whole steps, as one undo step, and the graph runs again', () => {
  editor.setParam('fit', 'resolution', 768)
  expect(labels(error([lower]))).toEqual(['Resolution 576'])
  press('Resolution 576', error([lower]))
  expect(param('fit', 'resolution')).toBe(576)
  expect(engine.runs).toHaveLength(1)
  editor.undo()
  expect(param('fit', 'resolution')).toBe(768)
})

test.each([null, 0])('a resolution of %s is lowered from the size that it came to', (value) => {
  editor.setParam('fit', 'resolution', value)
  expect(labels(error([lower]))).toEqual([])
  const bitmap = { close: () => undefined } as ImageBitmap
  const size = { width: 640, height: 1024 }
  editor.run.preview({ node: 'fit', socket: 'image', full: false, member: 0, kind: 'image', size, members: 1, bitmap })
  expect(labels(error([lower]))).toEqual(['Resolution 768'])
})

test('what is not before the node, cannot be less or is as it should be is not offered', () => {
  expect(labels(error([lower], 'picture'))).toEqual([])
  editor.setParam('fit', 'resolution', 8)
  expect(labels(error([lower]))).toEqual([])
  const single: Remedy = { do: 'set', param: 'batch_size', value: 1 }
  editor.setParam('denoise', 'batch_size', 1)
  expect(labels(error([single]))).toEqual([])
  editor.setParam('denoise', 'batch_size', 4)
  expect(labels(error([single]))).toEqual(['Batch size 1'])
  press('Batch size 1', error([single]))
  expect(param('denoise', 'batch_size')).toBe(1)
})

test('an error without a node looks at the whole graph', () => {
  editor.setParam('fit', 'resolution', 800)
  const { node: _, ...nowhere } = error([lower])
  expect(labels(nowhere)).toEqual(['Resolution 600'])
})

test('the processor is offered until it is chosen', () => {
  const processor = error([{ do: 'again' }, { do: 'processor' }])
  expect(labels(processor)).toEqual(['Run again', 'Run on the processor'])
  press('Run on the processor', processor)
  expect([editor.backend, engine.backend, engine.runs.length]).toEqual(['wasm', 'wasm', 1])
  expect(labels(processor)).toEqual(['Run again'])
})
