import { AppError } from '../../base/errors.ts'
import { hexColour } from '../../base/colour.ts'
import type { Json } from '../../base/json.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { typesWith } from '../../graph/groups/types.ts'
import type { NodeTypes } from '../../graph/node-types.ts'
import { fitParam } from '../../graph/params.ts'
import { applies, type Param } from '../../node/index.ts'
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

/** With parameters of one node replaced. */
export const replaced = (
  document: GraphDocument,
  id: string,
  params: Readonly<Record<string, Json>>,
): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) => (node.id === id ? { ...node, params: { ...node.params, ...params } } : node)),
})
