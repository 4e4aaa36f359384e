import type { InputPort, OutputPort } from '../../node/ports.ts'
import { KIND_NAMES, TEXT } from '../text.ts'

/** What the page of help on a node says around the node's declaration. */
export const NODE_HELP = {
  open: (title: string) => `Help on ${title}`,
  selected: 'Help on the selected node',
  selectOne: 'Select one node first.',
  key: 'F1: help on the node',
  inputs: 'Inputs',
  outputs: 'Outputs',
  params: 'Parameters',
  source: 'Does the same as',
  keywords: 'Also found as',
  here: 'In this graph',
  onOff: (on: boolean) => (on ? 'on' : 'off'),
  notKeyed: 'It changes how, not what, is computed.',
  figure: (title: string, inputs: readonly string[], outputs: readonly string[]) =>
    [
      `The node ${title}`,
      inputs.length > 0 ? `inputs: ${inputs.join(', ')}` : 'no inputs',
      outputs.length > 0 ? `outputs: ${outputs.join(', ')}` : 'no outputs',
    ].join('; '),
} as const

/** What may be on a wire at a socket. */
export function kindsText(port: InputPort | OutputPort): string {
  if (port.kind === 'same') return `the kind that ${port.as} is given`
  return (port.kind === 'any' ? port.of : [port.kind]).map((kind) => KIND_NAMES[kind]).join(', ')
}

export const noteText = (port: InputPort | OutputPort): string =>
  [port.each ? `; ${TEXT.each}` : '', port.optional ? `; ${TEXT.optional}` : ''].join('')
