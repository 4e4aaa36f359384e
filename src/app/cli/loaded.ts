import { AppError } from '../../base/errors.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import { exposed } from '../../graph/groups/expose.ts'
import { definitionOf } from '../../graph/groups/flatten.ts'
import { typesWith } from '../../graph/groups/types.ts'
import type { NodeTypes } from '../../graph/node-types.ts'
import type { Param, PictureRef } from '../../node/index.ts'
import { replaced } from './settings.ts'

/** Pictures into Load Image nodes, in document order, those in groups where the group stands. Throws `cli/too-many-images`. */
export function withPictures(
  document: GraphDocument,
  types: NodeTypes,
  pictures: readonly PictureRef[],
): GraphDocument {
  const slots = document.nodes.flatMap((node) => slotsOf(node, document, types))
  if (pictures.length > slots.length) {
    throw new AppError(
      'cli/too-many-images',
      `${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'} given, but the graph loads ${slots.length}.`,
      {
        fix: 'Give one --image per Load Image node.',
      },
    )
  }
  return pictures.reduce((changed, picture, i) => {
    const slot = slots[i]
    return slot ? filled(changed, slot, picture) : changed
  }, document)
}

/** A parameter that takes a picture, of a node or of a part of it. */
interface Slot {
  readonly id: string
  readonly param: string
  readonly part?: string
}

function slotsOf(node: DocumentNode, document: GraphDocument, types: NodeTypes): readonly Slot[] {
  const { id } = node
  const group = definitionOf(node, document)
  if (group === undefined) return paramsOf(node, types, 'picture').map((param) => ({ id, param }))
  return group.nodes.flatMap((part) => paramsOf(part, types, 'picture').map((param) => ({ id, param, part: part.id })))
}

/** A part gets its picture through its group, of which other nodes may be that keep theirs. */
function filled(document: GraphDocument, { id, param, part }: Slot, picture: PictureRef): GraphDocument {
  const node = document.nodes.find((each) => each.id === id)
  const group = node && definitionOf(node, document)
  const shown =
    part === undefined || group === undefined
      ? { document, name: param }
      : exposed(document, group, { node: part, param })
  return replaced(shown.document, id, { [shown.name]: { ...picture } })
}

/** The same checkpoint for every node that loads one, in groups too. Throws `cli/no-checkpoint-node`. */
export function withCheckpoint(document: GraphDocument, types: NodeTypes, choice: string): GraphDocument {
  const all = typesWith(types, document.groups)
  const groups = document.groups?.map((group) => ({ ...group, nodes: choosing(group.nodes, types, choice) }))
  const inside = groups?.some((group, i) => group.nodes.some((part, at) => part !== document.groups?.[i]?.nodes[at]))
  if (!inside && document.nodes.every((node) => paramsOf(node, all, 'checkpoint').length === 0)) {
    throw new AppError('cli/no-checkpoint-node', '--checkpoint was given, but the graph loads none.', {
      fix: 'Add a Load Checkpoint node, or leave --checkpoint out.',
    })
  }
  return { ...document, nodes: choosing(document.nodes, all, choice), ...(groups && { groups }) }
}

function choosing(nodes: readonly DocumentNode[], types: NodeTypes, choice: string): readonly DocumentNode[] {
  return nodes.map((node) => {
    const names = paramsOf(node, types, 'checkpoint')
    if (names.length === 0) return node
    return { ...node, params: { ...node.params, ...Object.fromEntries(names.map((name) => [name, choice])) } }
  })
}

/** The parameters of a kind that a node has. */
const paramsOf = ({ type }: DocumentNode, types: NodeTypes, widget: Param['widget']): readonly string[] =>
  Object.entries(types.get(type)?.params ?? {}).flatMap(([name, param]) => (param.widget === widget ? [name] : []))
