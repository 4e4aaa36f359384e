import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { DocumentLink, DocumentNode, GraphDocument } from '../../src/graph/document.ts'
import type { RunReport } from '../../src/engine/events.ts'
import { canConnect } from '../../src/graph/sockets.ts'
import { defaultsOf } from '../../src/node/params.ts'
import type { AnyNode } from '../../src/node/define.ts'
import { bench } from './toys/bench.ts'

type Edit =
  | { readonly do: 'param'; readonly node: number; readonly value: number }
  | { readonly do: 'link'; readonly from: number; readonly to: number; readonly socket: number }
  | { readonly do: 'remove'; readonly node: number }
  | { readonly do: 'add'; readonly kind: string }

const KINDS = ['toy/encode', 'toy/noise', 'toy/denoise', 'toy/mean', 'toy/same', 'toy/colour', 'input/photo'] as const

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant('param' as const), node: fc.nat(30), value: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('link' as const), from: fc.nat(30), to: fc.nat(30), socket: fc.nat(1) }),
  fc.record({ do: fc.constant('remove' as const), node: fc.nat(30) }),
  fc.record({ do: fc.constant('add' as const), kind: fc.constantFrom(...KINDS) }),
)

const dag = fc.record({
  kinds: fc.array(fc.constantFrom(...KINDS), { minLength: 2, maxLength: 10 }),
  links: fc.array(
    fc.record({ do: fc.constant('link' as const), from: fc.nat(30), to: fc.nat(30), socket: fc.nat(1) }),
    { minLength: 15, maxLength: 40 },
  ),
  edits: fc.array(edit, { minLength: 50, maxLength: 50 }),
})

function placed(type: string, id: string, nodes: ReadonlyMap<string, AnyNode>): DocumentNode {
  const definition = nodes.get(type)
  const params: JsonObject = defaultsOf(definition?.params ?? {})
  const small = type === 'toy/noise' ? { ...params, members: 2 } : params
  return { id, type, version: definition?.version ?? 1, params: small, position: { x: 0, y: 0 } }
}

/** A document and what is targeted in it: every node, through targets rather than sinks. */
function start(kinds: readonly string[], nodes: ReadonlyMap<string, AnyNode>): GraphDocument {
  const made = ['input/photo', 'toy/encode', 'toy/noise', ...kinds].map((type, i) => placed(type, `n${i}`, nodes))
  const links: DocumentLink[] = [
    { from: { node: 'n0', socket: 'image' }, to: { node: 'n1', socket: 'image' } },
    { from: { node: 'n1', socket: 'latent' }, to: { node: 'n2', socket: 'like' } },
  ]
  return { format: 'marigold-graph', schema: 3, title: '', nodes: made, links }
}

function edited(document: GraphDocument, change: Edit, types: ReadonlyMap<string, AnyNode>): GraphDocument {
  if (change.do === 'add') {
    const added = placed(change.kind, `n${document.nodes.length}-${change.kind}`, types)
    return document.nodes.length > 14 || document.nodes.some(({ id }) => id === added.id)
      ? document
      : { ...document, nodes: [...document.nodes, added] }
  }
  const at = (n: number) => document.nodes[n % Math.max(1, document.nodes.length)]
  const infos = types as unknown as Parameters<typeof canConnect>[1]
  if (change.do === 'link') {
    const [source, target] = [at(change.from), at(change.to)]
    if (source === undefined || target === undefined) return document
    const [output] = Object.keys(types.get(source.type)?.outputs ?? {})
    const inputs = Object.keys(types.get(target.type)?.inputs ?? {})
    const input = inputs[change.socket % Math.max(1, inputs.length)]
    if (output === undefined || input === undefined) return document
    const link = { from: { node: source.id, socket: output }, to: { node: target.id, socket: input } }
    if (canConnect(document, infos, link.from, link.to) !== undefined) return document
    const others = document.links.filter(({ to }) => to.node !== link.to.node || to.socket !== input)
    return { ...document, links: [...others, link] }
  }
  const node = at(change.node)
  if (node === undefined) return document
  if (change.do === 'remove') {
    if (document.nodes.length < 3) return document
    return {
      ...document,
      nodes: document.nodes.filter((other) => other !== node),
      links: document.links.filter(({ from, to }) => from.node !== node.id && to.node !== node.id),
    }
  }
  const name = ['gain', 'members', 'seed', 'steps'].find((param) => param in node.params)
  if (name === undefined) return document
  return {
    ...document,
    nodes: document.nodes.map((other) =>
      other === node ? { ...node, params: { ...node.params, [name]: change.value } } : other,
    ),
  }
}

const number = (engine: ReturnType<typeof bench>['engine'], node: string, socket: string, member: number) => {
  const value = engine.value(node, socket, member)
  return value && 'tensor' in value && value.tensor.location === 'cpu' ? value.tensor.data[0] : undefined
}

function outputs(test: ReturnType<typeof bench>, document: GraphDocument) {
  return document.nodes.flatMap((node) =>
    Object.keys(test.nodes.get(node.type)?.outputs ?? {}).map((socket) => [
      node.id,
      Array.from({ length: test.engine.members(node.id, socket) }, (_, member) =>
        number(test.engine, node.id, socket, member),
      ),
    ]),
  )
}

/**
 * How many members of each node must be computed: those whose key no node before it has, in the order of a run: target by
 * target, each after what it needs.
 */
function predict(
  engine: ReturnType<typeof bench>['engine'],
  document: GraphDocument,
  known: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const made = new Set(known)
  const counts = new Map<string, number>()
  const visited = new Set<string>()
  const visit = (id: string): void => {
    if (visited.has(id)) return
    visited.add(id)
    for (const { node } of engine.planned(id)?.sources.values() ?? []) visit(node.id)
    const missing = new Set((engine.planned(id)?.keys ?? []).filter((key) => !made.has(key)))
    counts.set(id, missing.size)
    for (const key of missing) made.add(key)
  }
  for (const { id } of document.nodes) visit(id)
  return counts
}

test('after any edits: same results as from scratch, exactly the missing work done, no tensor lost', async () => {
  let ranIncrementally = 0
  let ranFromScratch = 0
  await fc.assert(
    fc.asyncProperty(dag, async ({ kinds, links, edits }) => {
      const kept = bench()
      let document = start(kinds, kept.nodes)
      for (const link of links) document = edited(document, link, kept.nodes)
      /** Every key that was ever computed: nothing is evicted, so none may be computed again. */
      const known = new Set<string>()
      for (const change of [undefined, ...edits]) {
        if (change !== undefined) document = edited(document, change, kept.nodes)
        const targets = document.nodes.map(({ id }) => id)
        await kept.engine.update(document)
        const keys = new Set(targets.flatMap((id) => kept.engine.planned(id)?.keys ?? []))
        const expected = [...keys].filter((key) => !known.has(key)).length
        if (keys.size === 0) continue
        const predicted = predict(kept.engine, document, known)
        let report: RunReport | undefined
        const ran = await kept.ranBy(async () => (report = await kept.engine.run(document, { targets })))
        // As many calls as keys are missing, and (below) every key has its value: the sets are the same.
        expect(ran.length).toBe(expected)
        for (const { id, computed } of report?.nodes ?? []) expect([id, computed]).toEqual([id, predicted.get(id) ?? 0])
        for (const key of keys) known.add(key)

        const fresh = bench()
        const all = await fresh.ranBy(() => fresh.engine.run(document, { targets }))
        expect(outputs(kept, document)).toEqual(outputs(fresh, document))
        expect(all.length).toBe(keys.size)
        await fresh.engine.dispose()
        expect(fresh.backend.bytes).toBe(0)
        ranIncrementally += ran.length
        ranFromScratch += all.length
      }
      await kept.engine.dispose()
      expect(kept.backend.bytes).toBe(0)
    }),
    { numRuns: 500 },
  )
  // Not vacuous: real graphs ran, and most of the work was saved.
  expect(ranFromScratch).toBeGreaterThan(20_000)
  expect(ranIncrementally).toBeLessThan(ranFromScratch / 2)
}, 300_000)
