import depth from '../../../examples/depth.json'
import { EXAMPLES } from './examples.ts'

const first = EXAMPLES[0]

/** The graph of the first start: the depth example, with a picture of ours where the file leaves the place open. */
export const WELCOME: unknown = {
  ...depth,
  nodes: depth.nodes.map((node) =>
    'picture' in node.params && node.params.picture === null && first
      ? { ...node, params: { picture: { from: 'example', name: first.name } } }
      : node,
  ),
}
