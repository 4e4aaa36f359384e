import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { catalogue } from '../editor/support/catalogue.ts'

/** Names in backticks; what is in brackets after them explains them. */
const names = (cell = ''): readonly string[] =>
  [...cell.replace(/\([^)]*\)/g, '').matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? [])

test('the table of nodes in docs/ARCHITECTURE.md names every node with its inputs, parameters and outputs', async () => {
  const text = await readFile('docs/ARCHITECTURE.md', 'utf8')
  const section = text.split('\n## ').find((part) => part.startsWith('Nodes\n')) ?? ''
  const rows = [...section.matchAll(/^\| (`[a-z]+\/[^`]+`.*) \|$/gm)].map(([, row = '']) => row.split('|').map(names))
  const written = new Map(rows.map(([type = [], inputs, params, outputs]) => [type[0], { inputs, params, outputs }]))
  const declared = new Map(
    [...catalogue.values()].map(({ type, inputs, params, outputs }) => [
      type,
      { inputs: Object.keys(inputs), params: Object.keys(params), outputs: Object.keys(outputs) },
    ]),
  )
  expect(written).toEqual(declared)
})
