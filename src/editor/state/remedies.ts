import type { PlainError, Remedy } from '../../base/errors.ts'
import type { Command } from '../../graph/commands.ts'
import type { DocumentNode, GraphDocument } from '../../graph/document.ts'
import { ancestors } from '../../graph/topology.ts'
import type { Catalogue } from '../../node/catalogue.ts'
import type { Size } from '../../node/values.ts'
import { TEXT } from '../text.ts'

type Change = Extract<Command, { readonly do: 'setParam' }>

/** A change of the graph that may put an error right, as one undo step. */
export interface Repair {
  /** For a button: "Resolution 576". */
  readonly label: string
  readonly command: Command
}

type ParamRemedy = Extract<Remedy, { readonly do: 'set' | 'lower' }>

/**
 * What a remedy means in this graph; undefined where nothing before the node has such a parameter, or it could not be less.
 * `made` gives the size of a node's picture: "auto" and "the picture's own size" are lowered from there.
 */
export function repair(
  document: GraphDocument,
  catalogue: Catalogue,
  { node: at }: Pick<PlainError, 'node'>,
  remedy: ParamRemedy,
  made: (node: string) => Size | undefined,
): Repair | undefined {
  const before = at === undefined ? undefined : ancestors(document, [at])
  const changes = document.nodes
    .filter(({ id }) => before?.has(id) ?? true)
    .flatMap((node): Change[] => {
      const value = changed(node, catalogue, remedy, made(node.id))
      return value === undefined ? [] : [{ do: 'setParam', node: node.id, param: remedy.param, value }]
    })
  const [first] = changes
  if (first === undefined) return undefined
  const type = catalogue.get(document.nodes.find(({ id }) => id === first.node)?.type ?? '')
  const name = type?.params[remedy.param]?.label ?? remedy.param
  const same = changes.every(({ value }) => value === first.value)
  return {
    label: same ? TEXT.setTo(name, String(first.value)) : TEXT.lower(name),
    command: { do: 'all', commands: changes },
  }
}

function changed(
  node: DocumentNode,
  catalogue: Catalogue,
  remedy: ParamRemedy,
  size: Size | undefined,
): number | string | undefined {
  const type = catalogue.get(node.type)
  const param = type?.version === node.version ? type.params[remedy.param] : undefined
  if (param === undefined) return undefined
  const now = node.params[remedy.param]
  if (remedy.do === 'set') return now === remedy.value ? undefined : remedy.value
  if (param.widget !== 'number' && param.widget !== 'auto') return undefined
  const from = typeof now === 'number' && now > 0 ? now : size && Math.max(size.width, size.height)
  if (from === undefined) return undefined
  // A share may come out a little below a whole step.
  const steps = Math.floor((from * remedy.by) / param.step + 1e-6)
  const less = Math.max(param.min, steps * param.step)
  return less > 0 && less < from ? less : undefined
}
