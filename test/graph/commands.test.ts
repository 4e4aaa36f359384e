import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { apply, type Command } from '../../src/graph/commands.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { History } from '../../src/graph/history.ts'
import { order } from '../../src/graph/topology.ts'
import { marigold } from '../engine/toys/bench.ts'
import { linkOf, someFrames, someGroups, someNotes, somePoints, validDocument } from './documents.ts'

type Make = (document: GraphDocument) => Command | undefined

const any = fc.nat(20)
const pick = (document: GraphDocument, n: number) => document.nodes[n % Math.max(1, document.nodes.length)]

const command: fc.Arbitrary<Make> = fc.oneof(
  any.map((n): Make => () => ({
    do: 'addNode',
    node: { id: `new${n}`, type: 'toy/same', version: 1, params: {}, position: { x: n, y: 0 } },
  })),
  fc.uniqueArray(any, { minLength: 1, maxLength: 3 }).map((ns): Make => (document) => ({
    do: 'removeNodes',
    nodes: [...new Set(ns.flatMap((n) => pick(document, n)?.id ?? []))],
  })),
  fc.tuple(any, any, any).map((wire): Make => (document) => {
    const link = linkOf(document, wire)
    return link && { do: 'connect', link }
  }),
  any.map((n): Make => (document) => {
    const link = document.links[n % Math.max(1, document.links.length)]
    return link && { do: 'disconnect', to: link.to }
  }),
  fc
    .tuple(any, fc.constantFrom('a', 'b', 'seed'), fc.option(any, { nil: undefined }))
    .map(([n, param, value]): Make => (document) => {
      const node = pick(document, n)
      return node && { do: 'setParam', node: node.id, param, value }
    }),
  fc.tuple(any, any).map(([n, x]): Make => (document) => {
    const node = pick(document, n)
    return node && { do: 'moveNodes', positions: { [node.id]: { x, y: -x } } }
  }),
  fc.tuple(any, fc.option(fc.string({ minLength: 1 }), { nil: undefined })).map(([n, title]): Make => (document) => {
    const node = pick(document, n)
    return node && { do: 'renameNode', node: node.id, title }
  }),
  fc.string().map((title): Make => () => ({ do: 'setTitle', title })),
  fc
    .tuple(fc.constantFrom('bypass', 'collapsed'), fc.uniqueArray(any, { maxLength: 3 }), fc.boolean())
    .map(([flag, ns, on]): Make => (document) => ({
      do: 'setFlag',
      flag,
      nodes: ns.flatMap((n) => pick(document, n)?.id ?? []),
      on,
    })),
  someFrames.map((frames): Make => () => ({ do: 'setFrames', frames })),
  fc.tuple(any, somePoints).map(([n, via]): Make => (document) => {
    const link = document.links[n % Math.max(1, document.links.length)]
    return link && { do: 'setVia', to: link.to, via }
  }),
  fc.tuple(any, fc.subarray(['a', 'seed'])).map(([n, seeds]): Make => (document) => {
    const node = pick(document, n)
    return node && { do: 'setOpenSeeds', node: node.id, seeds }
  }),
  fc.constantFrom('form' as const, undefined).map((as): Make => () => ({ do: 'setOpensAs', as })),
  someNotes.map((notes): Make => () => ({ do: 'setNotes', notes })),
  fc.uniqueArray(any, { maxLength: 4 }).map((ns): Make => (document) => ({
    do: 'setForm',
    form: ns.flatMap((n) => {
      const node = pick(document, n)
      return node ? [{ node: node.id, param: 'a', ...(n % 2 === 1 && { label: `Star ${n}` }) }] : []
    }),
  })),
  someGroups.map((groups): Make => () => ({ do: 'setGroups', groups })),
  validDocument.map((document): Make => () => ({ do: 'replace', document })),
)

test('every command has an exact inverse, leaves the old document alone, and makes no cycle', () => {
  fc.assert(
    fc.property(validDocument, fc.array(command, { maxLength: 12 }), (start, makes) => {
      let document = start
      for (const make of makes) {
        const next = make(document)
        if (next === undefined) continue
        const frozen = structuredClone(document)
        try {
          const applied = apply(document, next)
          expect(document).toEqual(frozen)
          expect(apply(applied.document, applied.inverse).document).toEqual(document)
          document = applied.document
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
        expect(order(document).cyclic).toEqual([])
        const ids = new Set(document.nodes.map(({ id }) => id))
        expect(document.links.every(({ from, to }) => ids.has(from.node) && ids.has(to.node))).toBe(true)
        expect(document.form?.every(({ node }) => ids.has(node)) ?? true).toBe(true)
      }
    }),
    { numRuns: 400 },
  )
})

test('undo and redo walk through the same documents as a plain list of them', () => {
  type Move = { readonly make: Make; readonly gesture: string | undefined } | 'undo' | 'redo'
  const move: fc.Arbitrary<Move> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ make: command, gesture: fc.constantFrom(undefined, undefined, 'drag', 'slide') }),
    },
    { weight: 2, arbitrary: fc.constant('undo' as const) },
    { weight: 1, arbitrary: fc.constant('redo' as const) },
  )
  let undone = 0
  fc.assert(
    fc.property(validDocument, fc.array(move, { minLength: 10, maxLength: 60 }), (start, moves) => {
      const history = new History(start, 8)
      /** The model: documents, where we are, and the gesture that made each. */
      let states: { document: GraphDocument; gesture: string | undefined }[] = [{ document: start, gesture: undefined }]
      let at = 0
      for (const step of moves) {
        if (step === 'undo') {
          if (at > 0) undone++
          at = Math.max(0, at - 1)
          history.undo()
        } else if (step === 'redo') {
          if (at < states.length - 1) {
            at += 1
            states = states.map((state, i) => (i === at ? { ...state, gesture: undefined } : state))
          }
          history.redo()
        } else {
          const next = step.make(history.document)
          if (next === undefined) continue
          let document
          try {
            document = apply(history.document, next).document
          } catch {
            expect(() => history.apply(next, step.gesture)).toThrow(AppError)
            continue
          }
          const joins =
            step.gesture !== undefined && at === states.length - 1 && at > 0 && states[at]?.gesture === step.gesture
          states = [...states.slice(0, joins ? at : at + 1), { document, gesture: step.gesture }].slice(-9)
          at = states.length - 1
          history.apply(next, step.gesture)
        }
        expect(history.document).toEqual(states[at]?.document)
        expect([history.canUndo, history.canRedo]).toEqual([at > 0, at < states.length - 1])
      }
    }),
    { numRuns: 300 },
  )
  expect(undone).toBeGreaterThan(500)
})

test('a drag of a slider is one step', () => {
  const history = new History(marigold())
  for (let seed = 0; seed < 100; seed++)
    history.apply({ do: 'setParam', node: 'noise', param: 'seed', value: seed }, 'slider-1')
  expect(history.undo()).toEqual(marigold())
  expect(history.canUndo).toBe(false)
  expect(history.redo().nodes.find(({ id }) => id === 'noise')?.params['seed']).toBe(99)
})

test.each<[string, Command]>([
  ['graph/no-such-node', { do: 'removeNodes', nodes: ['gone'] }],
  ['graph/no-such-link', { do: 'disconnect', to: { node: 'photo', socket: 'x' } }],
  [
    'graph/cycle',
    { do: 'connect', link: { from: { node: 'colour', socket: 'image' }, to: { node: 'encode', socket: 'image' } } },
  ],
  [
    'graph/duplicate-id',
    { do: 'addNode', node: { id: 'photo', type: 'a/b', version: 1, params: {}, position: { x: 0, y: 0 } } },
  ],
])('%s is a typed error', (code, bad) => {
  expect(() => apply(marigold(), bad)).toThrow(expect.objectContaining({ name: 'AppError', code }))
})
