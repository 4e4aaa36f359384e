import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import type { Json } from '../../src/base/json.ts'
import { flatten } from '../../src/graph/groups/flatten.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { order } from '../../src/graph/topology.ts'
import { parseDocument, readDocument } from '../../src/graph/validate.ts'
import { mutated, plausible, TYPES, validDocument } from './documents.ts'

/** A text or a value in; undefined when it was refused, which must be by a typed error of the graph that says what to do. */
function read(work: () => ReturnType<typeof readDocument>) {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: expect.stringMatching(/^graph\//), fix: expect.any(String) })
    return undefined
  }
}

/** What holds of everything that was accepted. */
function check(accepted: ReturnType<typeof readDocument>): void {
  const { document } = accepted
  expect(order(document).cyclic).toEqual([])
  expect(new Set(document.nodes.map(({ id }) => id)).size).toBe(document.nodes.length)
  expect(new Set(document.links.map(({ to }) => `${to.node}.${to.socket}`)).size).toBe(document.links.length)
  for (const { nodes, links } of document.groups ?? []) expect(order({ nodes, links }).cyclic).toEqual([])
  const flat = flatten(document).document
  expect(order(flat).cyclic).toEqual([])
  expect(new Set(flat.nodes.map(({ id }) => id)).size).toBe(flat.nodes.length)
  expect(new Set(flat.links.map(({ to }) => `${to.node}.${to.socket}`)).size).toBe(flat.links.length)
  const again = parseDocument(serialize(document), TYPES)
  expect(again.document).toEqual(document)
  expect(again.problems.filter(({ effect }) => effect === 'repaired')).toEqual([])
}

test('a valid document is read as it is, without problems, and saved the same', () => {
  fc.assert(
    fc.property(validDocument, (document) => {
      expect(parseDocument(serialize(document), TYPES)).toEqual({ document, problems: [] })
    }),
    { numRuns: 10_000 },
  )
})

test('random texts and random JSON are refused with a typed error', () => {
  const junk = fc.oneof(fc.string(), fc.json({ maxDepth: 4 }))
  fc.assert(
    fc.property(junk, (text) => void expect(read(() => parseDocument(text, TYPES))).toBeUndefined()),
    { numRuns: 1_000 },
  )
  fc.assert(
    fc.property(fc.anything(), (value) => void read(() => readDocument(value, TYPES))),
    { numRuns: 1_000 },
  )
})

test('a damaged document is repaired or refused, and repairing again changes nothing', () => {
  const path = fc.array(fc.nat(50), { minLength: 1, maxLength: 6 })
  const value = fc.option(fc.oneof(fc.jsonValue(), fc.constantFrom('n0', 'value', 1e300, -1, 0.5)), { nil: undefined })
  const wild = fc.tuple(path, value).map(
    ([at, put]) =>
      (json: Json) =>
        mutated(json, at, put as Json | undefined),
  )
  const subtle = fc.tuple(path, fc.nat(200)).map(
    ([at, from]) =>
      (json: Json) =>
        plausible(json, at, from),
  )
  // Wild damage mostly breaks the structure; subtle damage makes dangling links, cycles, twins and odd numbers.
  const damage = fc.oneof(
    { weight: 1, arbitrary: fc.array(wild, { minLength: 1, maxLength: 2 }) },
    { weight: 2, arbitrary: fc.array(subtle, { minLength: 1, maxLength: 3 }) },
  )
  let accepted = 0
  let refused = 0
  let repaired = 0
  fc.assert(
    fc.property(validDocument, damage, (document, places) => {
      const data = places.reduce<Json>((json, change) => change(json), JSON.parse(serialize(document)) as Json)
      const result = read(() => readDocument(data, TYPES))
      if (result === undefined) return void refused++
      accepted += 1
      if (result.problems.length > 0) repaired += 1
      check(result)
    }),
    { numRuns: 10_000 },
  )
  const share = accepted / (accepted + refused)
  expect(share).toBeGreaterThan(0.2)
  expect(share).toBeLessThan(0.8)
  // About a tenth of the documents is accepted with a repair: enough that the second pass means something.
  expect(repaired / accepted).toBeGreaterThan(0.1)
})
