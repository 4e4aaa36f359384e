import { AppError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { RunContext } from '../node/context.ts'
import { tensorsOf, type PortValue } from '../node/values.ts'
import type { Outputs } from './results/cache.ts'
import type { PlannedNode } from './resolve.ts'

/** What one member is given: a value, a list for an `each` input, undefined where open. */
export type Inputs = Readonly<Record<string, PortValue | readonly PortValue[] | undefined>>

/** How many members the node takes at once; null: as many as fit. */
export function batchSize({ definition, params, mapped }: PlannedNode): number | null {
  if (!mapped || definition.batch === undefined) return 1
  const size = definition.batch.size(params as never)
  if (size === null) return null
  return Number.isFinite(size) ? Math.max(1, Math.floor(size)) : 1
}

/**
 * Members at once, where that is left to the program. On a graphics card several keep more of it busy; beyond a few little is
 * gained, and a step must not last long, since nothing is heard and kept meanwhile. On the processor one after the other is as
 * quick (docs/BENCHMARKS.md, batch.ts), and each is seen as it is made.
 */
const AT_ONCE = { webgpu: 4, cpu: 1 } as const

/** As many members like this one as fit, where several at once are quicker. */
export async function fittingBatch({ definition }: PlannedNode, member: Inputs, ctx: RunContext): Promise<number> {
  const most = AT_ONCE[ctx.backend.kind]
  if (most === 1) return most
  const fit = await definition.batch?.fit?.(member as never, most, ctx)
  return Math.min(most, Math.max(1, Math.floor(fit ?? most)))
}

/**
 * Runs a node for one or several members and checks what it returns: one value of the right kind per output. The
 * outputs are the caller's; nothing is left when this throws (`node/bad-output`, or what the node throws).
 *
 * The types of a node's inputs and parameters are known to the node alone: the casts to `never` are all here.
 */
export async function call(
  node: PlannedNode,
  members: readonly Inputs[],
  ctx: RunContext,
): Promise<readonly Outputs[]> {
  const { definition } = node
  const params: JsonObject = node.params
  const [member] = members
  const batch = node.mapped ? definition.batch : undefined
  const running: Promise<unknown> =
    batch !== undefined
      ? batch.run(members as never, params as never, ctx)
      : definition.run(member as never, params as never, ctx).then((outputs: unknown) => [outputs])
  const made = await running.catch(async (error: unknown) => {
    // A model only says that it failed: where the device knows why (it is lost, its memory has run out), that is told.
    await ctx.backend.check()
    throw error
  })
  const results: readonly unknown[] = Array.isArray(made) ? made : [made]
  try {
    if (results.length !== members.length)
      throw badOutput(`made ${results.length} results for ${members.length} members`)
    const outputs = results.map((result) => checked(node, result))
    // A GPU tells of errors late: without waiting, another node would be blamed and garbage cached as this one's result.
    await ctx.backend.check()
    return outputs
  } catch (error) {
    releaseAll(results)
    throw error
  }
}

function checked(node: PlannedNode, result: unknown): Outputs {
  const outputs: Record<string, PortValue> = {}
  const given = (result ?? {}) as Readonly<Record<string, PortValue | undefined>>
  for (const [socket, kinds] of node.kinds) {
    const value = given[socket]
    if (value === undefined) throw badOutput(`made nothing for its output "${socket}"`)
    if (!kinds.includes(value.kind))
      throw badOutput(`made a ${value.kind} for its output "${socket}" (${kinds.join(' or ')})`)
    outputs[socket] = value
  }
  const extra = Object.keys(given).find((name) => !node.kinds.has(name))
  if (extra !== undefined) throw badOutput(`made "${extra}", which is not one of its outputs`)
  return outputs
}

const badOutput = (what: string): AppError =>
  new AppError('node/bad-output', `The node ${what}: this is a bug of the node.`)

function releaseAll(results: readonly unknown[]): void {
  for (const result of results) {
    if (typeof result !== 'object' || result === null) continue
    for (const value of Object.values(result as Readonly<Record<string, PortValue>>)) {
      if (typeof value === 'object' && value !== null) for (const tensor of tensorsOf(value)) tensor.release()
    }
  }
}
