import { AppError } from '../../base/errors.ts'
import { hexColour } from '../../base/colour.ts'
import type { Json } from '../../base/json.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import { typesWith } from '../../graph/groups/types.ts'
import type { NodeTypes } from '../../graph/node-types.ts'
import { fitParam } from '../../graph/params.ts'
import { applies, type Param, type PictureRef } from '../../node/index.ts'
import type { Setting } from './arguments.ts'
import { didYouMean } from './did-you-mean.ts'

/**
 * The document with parameters as `--set` says. Errors: `cli/no-such-node`, `cli/no-such-param`, `cli/bad-value`,
 * `cli/no-effect`.
 */
export function withSettings(document: GraphDocument, types: NodeTypes, settings: readonly Setting[]): GraphDocument {
  const all = typesWith(types, document.groups)
  const changed = settings.reduce((before, setting) => withSetting(before, all, setting), document)
  for (const setting of settings) mustCount(changed, all, setting)
  return changed
}

/** What depends on another parameter would be ignored in silence while that has another value. */
function mustCount(document: GraphDocument, types: NodeTypes, { node: id, param: name }: Setting): void {
  const node = document.nodes.find((candidate) => candidate.id === id)
  const param = types.get(node?.type ?? '')?.params[name]
  if (node === undefined || param?.when === undefined || applies(param, node.params)) return
  const { param: other, is } = param.when
  throw new AppError('cli/no-effect', `"${name}" does nothing while "${other}" is ${String(node.params[other])}.`, {
    node: id,
    fix: `Give ${is.map((value) => `--set ${id}.${other}=${value}`).join(' or ')} too.`,
  })
}

function withSetting(
  document: GraphDocument,
  types: NodeTypes,
  { node: id, param: name, value }: Setting,
): GraphDocument {
  const node = document.nodes.find((candidate) => candidate.id === id)
  if (node === undefined) {
    const ids = document.nodes.map((other) => other.id)
    throw new AppError('cli/no-such-node', `--set ${id}.${name}: the graph has no node "${id}".`, {
      fix: ids.length === 0 ? 'It is empty.' : `${didYouMean(id, ids)}Its nodes are ${ids.join(', ')}.`,
    })
  }
  const type = types.get(node.type)
  if (type === undefined) {
    throw new AppError('cli/no-such-param', `${node.type} is a type of node that is not known here.`, {
      node: id,
      fix: 'Use the version of Marigold Nodes that made the graph.',
    })
  }
  const { params } = type
  const param = Object.hasOwn(params, name) ? params[name] : undefined
  if (param === undefined) {
    const known = Object.keys(params)
    throw new AppError('cli/no-such-param', `${node.type} has no parameter "${name}".`, {
      node: id,
      fix:
        known.length === 0
          ? 'It has no parameters.'
          : `${didYouMean(name, known)}Its parameters are ${known.join(', ')}.`,
    })
  }
  const typed = typedValue(param, value)
  const fitted = typed === undefined ? { problem: `must be ${expected(param)}` } : fitParam(param, typed)
  if (typed === undefined || fitted.problem !== undefined) {
    const problem = (fitted.problem ?? '').split(';')[0] ?? ''
    throw new AppError('cli/bad-value', `"${name}" ${problem}, not "${value}".`, {
      node: id,
      fix: `${didYouMean(value, wordsOf(param))}${param.about}`,
    })
  }
  return replaced(document, id, { [name]: typed })
}

/** The words that a parameter takes, where these can be listed. */
function wordsOf(param: Param): readonly string[] {
  if (param.widget === 'choice') return param.options
  if (param.widget === 'toggle') return ['true', 'false', 'on', 'off']
  return param.widget === 'auto' ? ['auto'] : []
}

/** The text of `--set` as the parameter's type; undefined when it is none. */
function typedValue(param: Param, text: string): Json | undefined {
  switch (param.widget) {
    case 'number':
    case 'seed':
      return numberOf(text)
    case 'auto':
      return text === 'auto' ? null : numberOf(text)
    case 'toggle':
      return text === 'true' || text === 'on' ? true : text === 'false' || text === 'off' ? false : undefined
    case 'color':
      return hexColour(text)
    case 'choice':
    case 'text':
    case 'checkpoint':
      return text
    case 'picture':
      return text === '' ? undefined : { from: 'example', name: text }
  }
}

const numberOf = (text: string): number | undefined => {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) ? value : undefined
}

function expected(param: Param): string {
  switch (param.widget) {
    case 'toggle':
      return 'true or false'
    case 'auto':
      return 'a whole number or "auto"'
    case 'color':
      return 'a colour such as #ff8800'
    case 'picture':
      return 'the name of an example picture (use --image for files)'
    default:
      return 'a number'
  }
}

/** Pictures into Load Image nodes, in document order. Throws `cli/too-many-images`. */
export function withPictures(
  document: GraphDocument,
  types: NodeTypes,
  pictures: readonly PictureRef[],
): GraphDocument {
  const slots = paramsOf(document, typesWith(types, document.groups), 'picture')
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
    return slot ? replaced(changed, slot.id, { [slot.name]: { ...picture } }) : changed
  }, document)
}

/** The same checkpoint for every node that loads one, in groups too. Throws `cli/no-checkpoint-node`. */
export function withCheckpoint(document: GraphDocument, types: NodeTypes, choice: string): GraphDocument {
  const all = typesWith(types, document.groups)
  const groups = document.groups?.map((group) => ({ ...group, nodes: choosing(group.nodes, types, choice) }))
  const inside = groups?.some((group, i) => group.nodes.some((part, at) => part !== document.groups?.[i]?.nodes[at]))
  if (!inside && paramsOf(document, all, 'checkpoint').length === 0) {
    throw new AppError('cli/no-checkpoint-node', '--checkpoint was given, but the graph loads none.', {
      fix: 'Add a Load Checkpoint node, or leave --checkpoint out.',
    })
  }
  return { ...document, nodes: choosing(document.nodes, all, choice), ...(groups && { groups }) }
}

function choosing(nodes: readonly DocumentNode[], types: NodeTypes, choice: string): readonly DocumentNode[] {
  return nodes.map((node) => {
    const names = Object.entries(types.get(node.type)?.params ?? {}).filter(([, { widget }]) => widget === 'checkpoint')
    if (names.length === 0) return node
    return { ...node, params: { ...node.params, ...Object.fromEntries(names.map(([name]) => [name, choice])) } }
  })
}

/** The parameters of a kind in a graph, in document order. */
const paramsOf = (
  document: GraphDocument,
  types: NodeTypes,
  widget: Param['widget'],
): readonly { readonly id: string; readonly name: string }[] =>
  document.nodes.flatMap(({ id, type }) =>
    Object.entries(types.get(type)?.params ?? {}).flatMap(([name, param]) =>
      param.widget === widget ? [{ id, name }] : [],
    ),
  )

const replaced = (document: GraphDocument, id: string, params: Readonly<Record<string, Json>>): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) => (node.id === id ? { ...node, params: { ...node.params, ...params } } : node)),
})
