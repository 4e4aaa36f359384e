import { describe, rangeOf, whenOf } from '../../node/index.ts'
import type { InputPort, OutputPort } from '../../node/index.ts'
import { nodes } from '../registry.ts'
import type { Terminal } from './terminal.ts'

/** `marigold nodes`: the catalogue, for people or as JSON. */
export function listNodes(json: boolean, terminal: Terminal): number {
  const catalogue = [...nodes.values()].map(describe)
  if (json) {
    terminal.out(`${JSON.stringify(catalogue, null, 2)}\n`)
    return 0
  }
  for (const { type, title, about, inputs, params, outputs, source } of catalogue) {
    terminal.out(`${type}  ${title}\n  ${about}\n`)
    for (const [name, port] of Object.entries(inputs))
      terminal.out(`    in    ${name}: ${kindOf(port)}. ${port.about}\n`)
    for (const [name, param] of Object.entries(params))
      terminal.out(`    param ${name}: ${rangeOf(param)}. ${param.about}${whenOf(param)}\n`)
    for (const [name, port] of Object.entries(outputs))
      terminal.out(`    out   ${name}: ${kindOf(port)}. ${port.about}\n`)
    if (source !== undefined) terminal.out(`    as    ${source}\n`)
    terminal.out('\n')
  }
  return 0
}

function kindOf(port: InputPort | OutputPort): string {
  if (port.kind === 'any') return port.of.join(' or ')
  if (port.kind === 'same') return `as ${port.as}`
  return `${port.each ? 'each ' : ''}${port.kind}${port.optional ? ', may stay open' : ''}`
}
