import { TARGETS } from '../../../models/checkpoint/modality.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { GraphDocument } from '../../../src/graph/document.ts'
import { readDocument } from '../../../src/graph/validate.ts'
import type { AnyNode } from '../../../src/node/index.ts'
import type { PipelineCall } from './case.ts'

const node = (id: string, type: string, params: JsonObject = {}) => ({
  id,
  type,
  version: 1,
  params,
  position: { x: 0, y: 0 },
})

const link = (from: string, to: string) => {
  const [[a = '', b = ''], [c = '', d = '']] = [from.split('.'), to.split('.')]
  return { from: { node: a, socket: b }, to: { node: c, socket: d } }
}

const DECODER = {
  depth: 'depth/vae-decode',
  normals: 'normals/vae-decode',
  appearance: 'intrinsics/decode-appearance',
  lighting: 'intrinsics/decode-lighting',
} as const

/** The node that merges the members of a target, and its socket for them and for the result. */
export const ENSEMBLE = {
  depth: { type: 'depth/ensemble-align', socket: 'depth' },
  normals: { type: 'normals/ensemble', socket: 'normals' },
  appearance: { type: 'intrinsics/ensemble', socket: 'image' },
  lighting: { type: 'intrinsics/ensemble', socket: 'image' },
} as const

/**
 * The graph that does what a call of a Marigold pipeline did. The results of each target are at `align-TARGET`, or
 * `match-TARGET` and `match-uncertainty-TARGET`.
 */
export function documentOf(of: PipelineCall, registry: ReadonlyMap<string, AnyNode>): GraphDocument {
  const { generator, ensembling, modality = 'depth' } = of
  const targets = TARGETS[modality]
  const { type, socket } = ENSEMBLE[modality]
  const alignment = of.shift_invariant ? 'affine' : 'scale'
  const batch = { batch_size: of.batch_size }
  const noise =
    generator.kind === 'given'
      ? node('noise', 'test/given-noise', { members: of.ensemble_size })
      : node('noise', 'depth/noise-init', {
          members: of.ensemble_size,
          generator: generator.kind,
          seed: generator.kind === 'zeros' ? 0 : generator.seed,
          // as diffusers: one torch.randn for all
          one_draw: true,
        })
  const { document } = readDocument(
    {
      format: 'marigold-graph',
      schema: 3,
      title: of.name,
      nodes: [
        node('image', 'input/load-image', { picture: { from: 'example', name: 'picture' } }),
        node('checkpoint', 'input/load-checkpoint', { checkpoint: of.name }),
        ...(['encoder', 'decoder'] as const).flatMap((half) =>
          of[half] ? [node(half, 'input/load-checkpoint', { checkpoint: of[half] })] : [],
        ),
        node('fit', 'image/fit-resolution', { resolution: of.processing_resolution, method: of.resample_method_input }),
        node('encode', 'depth/vae-encode'),
        noise,
        node('denoise', 'depth/ddim-denoise', { steps: of.num_inference_steps, ...batch }),
        node('decode', DECODER[modality], modality === 'depth' || modality === 'normals' ? batch : {}),
        ...targets.flatMap((target) => [
          node(`align-${target}`, type, modality === 'depth' ? { ...ensembling, alignment } : ensembling),
          node(`match-${target}`, 'image/match-size', { method: of.resample_method_output }),
          node(`match-uncertainty-${target}`, 'image/match-size', { method: of.resample_method_output }),
        ]),
      ],
      links: [
        link('image.image', 'fit.image'),
        link('checkpoint.checkpoint', 'fit.checkpoint'),
        link('fit.image', 'encode.image'),
        link(`${of.encoder ? 'encoder' : 'checkpoint'}.checkpoint`, 'encode.checkpoint'),
        link('encode.latent', 'noise.like'),
        link('checkpoint.checkpoint', 'denoise.checkpoint'),
        link('encode.latent', 'denoise.image'),
        link('noise.noise', 'denoise.noise'),
        link('denoise.latent', 'decode.latent'),
        link(`${of.decoder ? 'decoder' : 'checkpoint'}.checkpoint`, 'decode.checkpoint'),
        ...(targets.length > 1 ? [link('checkpoint.checkpoint', 'noise.checkpoint')] : []),
        ...targets.flatMap((target) => [
          link(`decode.${target}`, `align-${target}.${socket}`),
          link(`align-${target}.${socket}`, `match-${target}.value`),
          link('image.image', `match-${target}.like`),
          link(`align-${target}.uncertainty`, `match-uncertainty-${target}.value`),
          link('image.image', `match-uncertainty-${target}.like`),
        ]),
      ],
    },
    registry,
  )
  return document
}
