import { AppError } from '../base/errors.ts'
import { ensembleAt, mergedBy, type EnsembleAt } from './ensemble.ts'
import type { Outer } from './outer.ts'
import type { Plan } from './plan.ts'
import type { Source } from './resolve.ts'

/** A document as it was planned last, and where in the plan everything is that is shown of it. */
export class Shown {
  constructor(
    readonly plan: Plan,
    readonly outer: Outer,
  ) {}

  /** The output that a socket is, or that an input is given; of a group, that of its part. */
  output(id: string, socket: string): Source | undefined {
    const { flat } = this.outer
    const asked = { node: id, socket }
    const at = flat.output(asked) ?? flat.inputs(asked)[0]
    if (at === undefined) return undefined
    const node = this.plan.nodes.get(at.node)
    if (node !== undefined) return node.kinds.has(at.socket) ? { node, socket: at.socket } : node.sources.get(at.socket)
    const passed = this.plan.passed.get(at.node)?.get(at.socket)
    return passed instanceof AppError ? undefined : passed
  }

  /** Sockets of a node whose values it shows, its outputs or, without any, its inputs; none while it cannot run. */
  sockets(id: string): readonly string[] {
    const node = this.plan.nodes.get(id)
    if (node === undefined) return this.outer.sockets(id) ?? []
    return [...(node.kinds.size > 0 ? node.kinds.keys() : node.sources.keys())]
  }

  /** Where the members are that are seen at a socket, of a group those within it; undefined where there are none. */
  ensemble(id: string, socket: string): EnsembleAt | undefined {
    const at = this.output(id, socket)
    return at && (ensembleAt(at) ?? this.merging().get(id))
  }

  /** The nodes that make one value of an ensemble, and where its members are. */
  merging(): ReadonlyMap<string, EnsembleAt> {
    return new Map(
      [...this.plan.nodes].flatMap(([id, node]) => {
        const at = mergedBy(node)
        return at === undefined ? [] : [[this.outer.flat.outer(id), at] as const]
      }),
    )
  }
}
