import type { AnyNode } from '../node/define.ts'
import type { NodeInfo } from '../node/catalogue.ts'
import type { DocumentNode } from './document.ts'

/** What documents need to know of a node type. Both the catalogue (page) and the registry (engine) have it. */
export type NodeType = Pick<NodeInfo, 'type' | 'version' | 'inputs' | 'params' | 'outputs'> &
  Pick<AnyNode, 'migrations'>

export type NodeTypes = ReadonlyMap<string, NodeType>

/** The type of a node, or undefined for a placeholder: a type or version that is not known here. It never runs. */
export function typeOf(node: Pick<DocumentNode, 'type' | 'version'>, types: NodeTypes): NodeType | undefined {
  const type = types.get(node.type)
  return type?.version === node.version ? type : undefined
}
