import type { NodeType } from './node-types.ts'

/**
 * Which input takes the place of each output while a node is bypassed: one of the same kind, of the same name where there
 * is one, else the first. Outputs that nothing passes to are not there.
 */
export function passThrough({ inputs, outputs }: Pick<NodeType, 'inputs' | 'outputs'>): ReadonlyMap<string, string> {
  const passes = new Map<string, string>()
  for (const [name, output] of Object.entries(outputs)) {
    const { kind } = output
    const fitting = Object.keys(inputs).filter((input) =>
      kind === 'same' ? input === output.as : inputs[input]?.kind === kind,
    )
    const input = fitting.find((candidate) => candidate === name) ?? fitting[0]
    if (input !== undefined) passes.set(name, input)
  }
  return passes
}
