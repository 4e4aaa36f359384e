import { AppError } from '../base/errors.ts'
import type { AnyNode } from './define.ts'
import type { Params } from './params.ts'
import type { InputPorts, OutputPorts } from './ports.ts'

/** A node type as plain data: what the page, `marigold nodes` and the docs know of it. */
export interface NodeInfo {
  readonly type: string
  readonly version: number
  readonly title: string
  readonly about: string
  /** First part of the type. */
  readonly category: string
  /** The function of the reference or the paper that it does the same as. */
  readonly source?: string
  readonly keywords: readonly string[]
  readonly sink: boolean
  readonly heavy: boolean
  readonly inputs: InputPorts
  readonly params: Params
  readonly outputs: OutputPorts
}

export type Catalogue = ReadonlyMap<string, NodeInfo>

/** Node definitions by type, from files that were found under nodes/ (path → default export). */
export function registry(files: Readonly<Record<string, AnyNode>>): ReadonlyMap<string, AnyNode> {
  const nodes = new Map<string, AnyNode>()
  for (const [path, node] of Object.entries(files)) {
    if (!path.endsWith(`/nodes/${node.type}.ts`)) {
      throw new AppError('node/misplaced', `Node type ${node.type} must live in nodes/${node.type}.ts, not ${path}.`)
    }
    nodes.set(node.type, node)
  }
  return new Map([...nodes].sort(([a], [b]) => a.localeCompare(b)))
}

export const describe = (node: AnyNode): NodeInfo => ({
  type: node.type,
  version: node.version,
  title: node.title,
  about: node.about,
  category: node.type.split('/')[0] ?? '',
  ...(node.source !== undefined && { source: node.source }),
  keywords: node.keywords ?? [],
  sink: node.sink === true,
  heavy: node.cost === 'heavy',
  inputs: node.inputs,
  params: node.params,
  outputs: node.outputs,
})

export const catalogueOf = (nodes: ReadonlyMap<string, AnyNode>): Catalogue =>
  new Map([...nodes].map(([type, node]) => [type, describe(node)]))
