import type { Json, JsonObject } from '../../base/json.ts'
import type { InputPort, OutputPort } from '../../node/ports.ts'
import type { GroupDefinition, GroupInput, GroupOutput, GroupParam, SocketRef } from '../document.ts'
import { GROUP_ID, LIMITS, SOCKET } from '../limits.ts'
import { typeOf, type NodeType, type NodeTypes } from '../node-types.ts'
import type { Problem, Report } from '../problem.ts'
import { broken, dropUnknown, listOf, objectOf } from '../shape.ts'
import { port } from '../sockets.ts'
import { lines } from '../text.ts'
import { readLinks } from '../validate-links.ts'
import { readNodes } from '../validate-nodes.ts'
import { freshId, readTitle } from '../validate-parts.ts'
import { isGroupType } from './flatten.ts'
import { acceptedBy } from './types.ts'

/**
 * The groups of a file; the list is there only when something is in it. What leads to no part, or to the same twice, is
 * dropped; a group without parts, and one within another, is refused.
 */
export function readGroups(
  file: JsonObject,
  types: NodeTypes,
  report: Report,
): { groups?: readonly GroupDefinition[] } {
  if (file['groups'] === undefined) return {}
  // A part is no node of the document.
  const told: Report = ({ node: _, ...problem }) => report(problem)
  const all = listOf(file['groups'], 'groups', LIMITS.groups).map((item, i) =>
    new GroupReader(objectOf(item, `groups[${i}]`), `groups[${i}]`, types, told).read(),
  )
  const taken = new Set(all.map(({ id }) => id))
  const seen = new Set<string>()
  const groups = all.map((group, i) => {
    const id = seen.has(group.id) ? freshId(group.id, taken) : group.id
    taken.add(id)
    seen.add(id)
    if (id === group.id) return group
    const message = `Two groups had the id "${group.id}"; this one is "${id}" now, nodes are of the first.`
    report({ code: 'graph/duplicate-id', path: `groups[${i}].id`, message, effect: 'repaired' })
    return { ...group, id }
  })
  return groups.length > 0 ? { groups } : {}
}

/** Reads one group. */
class GroupReader {
  constructor(
    readonly raw: JsonObject,
    readonly path: string,
    readonly types: NodeTypes,
    readonly report: Report,
  ) {}

  read(): GroupDefinition {
    const { raw, path, types, report } = this
    dropUnknown(raw, ['id', 'title', 'about', 'nodes', 'links', 'inputs', 'outputs', 'params'], path, report)
    const { id } = raw
    if (typeof id !== 'string' || !GROUP_ID.test(id)) throw broken(`${path}.id`, 'must be 1 to 40 letters, digits or -')
    const title = readTitle(raw['title'] ?? null, `${path}.title`, report) ?? id
    const about = this.#about()
    const nodes = readNodes(listOf(raw['nodes'], `${path}.nodes`, LIMITS.parts), `${path}.nodes`, types, report)
    if (nodes.length === 0) throw broken(`${path}.nodes`, 'must hold a node at least')
    const nested = nodes.findIndex(({ type }) => isGroupType(type))
    if (nested >= 0) throw broken(`${path}.nodes[${nested}].type`, 'must not be a group: a group holds no groups')
    const links = readLinks(listOf(raw['links'], `${path}.links`, LIMITS.links), `${path}.links`, nodes, types, report)
    const read = { id, title, ...(about !== undefined && { about }), nodes, links }
    return { ...read, inputs: this.#inputs(read), outputs: this.#outputs(read), params: this.#params(read) }
  }

  #about(): string | undefined {
    const given = this.raw['about']
    if (given === undefined) return undefined
    const path = `${this.path}.about`
    if (typeof given !== 'string') throw broken(path, 'must be a text')
    const about = lines(given, LIMITS.message)
    if (about !== given || about === '') {
      const message = `What a group is for is said in 1 to ${LIMITS.message} characters that can be shown.`
      this.report({ code: 'graph/group', path, message, effect: 'repaired' })
    }
    return about === '' ? undefined : about
  }

  #inputs({ nodes, links }: Parts): readonly GroupInput[] {
    const taken = new Set(links.map(({ to }) => `${to.node}.${to.socket}`))
    return this.#named('inputs', ['to'], (item, path, name) => {
      let accepted: readonly string[] | undefined
      const to = listOf(item['to'], `${path}.to`, LIMITS.exposed).flatMap((end, i): readonly SocketRef[] => {
        const at = `${path}.to[${i}]`
        const ref = this.#socket(end, at)
        const socket = `${ref.node}.${ref.socket}`
        if (taken.has(socket)) return this.#drop(at, `leads to ${socket}, which is connected already`)
        const part = nodes.find(({ id }) => id === ref.node)
        if (part === undefined) return this.#drop(at, `leads to "${ref.node}", which is no part of the group`)
        const input = portOf<InputPort>(typeOf(part, this.types), 'inputs', ref.socket)
        if (input === 'none') return this.#drop(at, `leads to ${socket}, and ${part.type} has no such input`)
        const kinds: readonly string[] | undefined = input && acceptedBy(input)
        const both = kinds && (accepted?.filter((kind) => kinds.includes(kind)) ?? kinds)
        if (both?.length === 0) return this.#drop(at, `leads to ${socket}, which takes nothing that the others take`)
        accepted = both ?? accepted
        taken.add(socket)
        return [ref]
      })
      if (to.length === 0) return this.#drop(path, 'leads to nothing')
      return [{ name, to }]
    })
  }

  #outputs({ nodes }: Parts): readonly GroupOutput[] {
    return this.#named('outputs', ['from'], (item, path, name) => {
      const from = this.#socket(item['from'], `${path}.from`)
      const part = nodes.find(({ id }) => id === from.node)
      if (part === undefined) return this.#drop(path, `comes from "${from.node}", which is no part of the group`)
      const output = portOf<OutputPort>(typeOf(part, this.types), 'outputs', from.socket)
      if (output === 'none')
        return this.#drop(path, `comes from ${from.node}.${from.socket}, and ${part.type} has no such output`)
      return [{ name, from }]
    })
  }

  #params({ nodes }: Parts): readonly GroupParam[] {
    const seen = new Set<string>()
    return this.#named('params', ['node', 'param', 'label'], (item, path, name) => {
      const { node, param } = item
      if (typeof node !== 'string') throw broken(`${path}.node`, 'must be the id of a node')
      if (typeof param !== 'string' || !SOCKET.test(param))
        throw broken(`${path}.param`, 'must be the name of a parameter')
      const label = item['label'] === undefined ? undefined : readTitle(item['label'], `${path}.label`, this.report)
      const part = nodes.find(({ id }) => id === node)
      if (part === undefined) return this.#drop(path, `is of "${node}", which is no part of the group`)
      if (!Object.hasOwn(typeOf(part, this.types)?.params ?? part.params, param))
        return this.#drop(path, `is "${param}", which "${node}" has not`)
      const of = `${node}.${param}`
      if (seen.has(of)) return this.#drop(path, `is ${of} a second time`)
      seen.add(of)
      return [{ name, node, param, ...(label !== undefined && { label }) }]
    })
  }

  /** A list of what has a name of its own in it. */
  #named<T>(
    list: 'inputs' | 'outputs' | 'params',
    known: readonly string[],
    read: (item: JsonObject, path: string, name: string) => readonly T[],
  ): readonly T[] {
    const seen = new Set<string>()
    const at = `${this.path}.${list}`
    return listOf(this.raw[list], at, LIMITS.exposed).flatMap((entry, i) => {
      const path = `${at}[${i}]`
      const item = objectOf(entry, path)
      dropUnknown(item, ['name', ...known], path, this.report)
      const { name } = item
      if (typeof name !== 'string' || !SOCKET.test(name)) throw broken(`${path}.name`, 'must be a name')
      const made = read(item, path, name)
      if (made.length > 0 && seen.has(name)) return this.#drop(path, `has the name "${name}" of another`)
      if (made.length > 0) seen.add(name)
      return made
    })
  }

  #socket(value: Json | undefined, path: string): SocketRef {
    const raw = objectOf(value, path)
    dropUnknown(raw, ['node', 'socket'], path, this.report)
    const { node, socket } = raw
    if (typeof node !== 'string') throw broken(`${path}.node`, 'must be the id of a node')
    if (typeof socket !== 'string' || !SOCKET.test(socket))
      throw broken(`${path}.socket`, 'must be the name of a socket')
    return { node, socket }
  }

  #drop(path: string, why: string): readonly [] {
    const code: Problem['code'] = 'graph/group'
    this.report({ code, path, message: `${path} ${why}; it was dropped.`, effect: 'repaired' })
    return []
  }
}

type Parts = Pick<GroupDefinition, 'nodes' | 'links'>

/** A socket of a type; undefined where the type is not known here, 'none' where it has no such socket. */
function portOf<P>(type: NodeType | undefined, side: 'inputs' | 'outputs', name: string): P | 'none' | undefined {
  return type === undefined ? undefined : (port(type[side] as Readonly<Record<string, P>>, name) ?? 'none')
}
