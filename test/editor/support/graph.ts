import type { DocumentNode, GraphDocument } from '../../../src/graph/document.ts'
import type { Catalogue } from '../../../src/node/catalogue.ts'
import { defaultsOf } from '../../../src/node/params.ts'
import type { JsonObject } from '../../../src/base/json.ts'

type Wiring = readonly (readonly [from: string, to: string])[]

/** A document from node types and wires written as `node.socket`. */
export function graph(
  catalogue: Catalogue,
  nodes: Readonly<Record<string, readonly [type: string, x: number, y: number, params?: JsonObject]>>,
  wires: Wiring = [],
): GraphDocument {
  const made = Object.entries(nodes).map(([id, [type, x, y, params]]): DocumentNode => {
    const info = catalogue.get(type)
    return {
      id,
      type,
      version: info?.version ?? 1,
      params: { ...(info && defaultsOf(info.params)), ...params },
      position: { x, y },
    }
  })
  const links = wires.map(([from, to]) => ({ from: socket(from), to: socket(to) }))
  return { format: 'marigold-graph', schema: 3, title: 'Depth', nodes: made, links }
}

function socket(text: string): { node: string; socket: string } {
  const [node = '', name = ''] = text.split('.')
  return { node, socket: name }
}

/** Marigold with all its nodes, laid out. */
export const depthGraph = (catalogue: Catalogue): GraphDocument =>
  graph(
    catalogue,
    {
      picture: ['input/load-image', 0, 0, { picture: { from: 'example', name: 'street.jpg' } }],
      checkpoint: ['input/load-checkpoint', 0, 330],
      fit: ['image/fit-resolution', 300, 0],
      encode: ['depth/vae-encode', 600, 0],
      noise: ['depth/noise-init', 600, 330],
      denoise: ['depth/ddim-denoise', 900, 0],
      decode: ['depth/vae-decode', 1200, 0],
      align: ['depth/ensemble-align', 300, 560],
      match: ['image/match-size', 600, 560],
      color: ['depth/colorize', 900, 560],
      view: ['output/view', 1200, 560],
    },
    [
      ['picture.image', 'fit.image'],
      ['checkpoint.checkpoint', 'fit.checkpoint'],
      ['fit.image', 'encode.image'],
      ['checkpoint.checkpoint', 'encode.checkpoint'],
      ['encode.latent', 'noise.like'],
      ['encode.latent', 'denoise.image'],
      ['noise.noise', 'denoise.noise'],
      ['checkpoint.checkpoint', 'denoise.checkpoint'],
      ['denoise.latent', 'decode.latent'],
      ['checkpoint.checkpoint', 'decode.checkpoint'],
      ['decode.depth', 'align.depth'],
      ['align.depth', 'match.value'],
      ['picture.image', 'match.like'],
      ['match.value', 'color.value'],
      ['color.image', 'view.value'],
    ],
  )
