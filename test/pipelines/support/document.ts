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

/** The graph that does what a call of a Marigold pipeline did. Its results are at `align`, or `match` and `match-uncertainty`. */
export function documentOf(of: PipelineCall, registry: ReadonlyMap<string, AnyNode>): GraphDocument {
  const { generator, ensembling, modality = 'depth' } = of
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
      schema: 1,
      title: of.name,
      nodes: [
        node('image', 'input/load-image', { picture: { from: 'example', name: 'picture' } }),
        node('checkpoint', 'input/load-checkpoint', { checkpoint: of.name }),
        node('fit', 'image/fit-resolution', { resolution: of.processing_resolution, method: of.resample_method_input }),
        node('encode', 'depth/vae-encode'),
        noise,
        node('denoise', 'depth/ddim-denoise', { steps: of.num_inference_steps, batch_size: of.batch_size }),
        node('decode', `${modality}/vae-decode`, { batch_size: of.batch_size }),
        modality === 'normals'
          ? node('align', 'normals/ensemble', ensembling)
          : node('align', 'depth/ensemble-align', {
              ...ensembling,
              alignment: of.shift_invariant ? 'affine' : 'scale',
            }),
        node('match', 'image/match-size', { method: of.resample_method_output }),
        node('match-uncertainty', 'image/match-size', { method: of.resample_method_output }),
      ],
      links: [
        link('image.image', 'fit.image'),
        link('checkpoint.checkpoint', 'fit.checkpoint'),
        link('fit.image', 'encode.image'),
        link('checkpoint.checkpoint', 'encode.checkpoint'),
        link('encode.latent', 'noise.like'),
        link('checkpoint.checkpoint', 'denoise.checkpoint'),
        link('encode.latent', 'denoise.image'),
        link('noise.noise', 'denoise.noise'),
        link('denoise.latent', 'decode.latent'),
        link('checkpoint.checkpoint', 'decode.checkpoint'),
        link(`decode.${modality}`, `align.${modality}`),
        link(`align.${modality}`, 'match.value'),
        link('image.image', 'match.like'),
        link('align.uncertainty', 'match-uncertainty.value'),
        link('image.image', 'match-uncertainty.like'),
      ],
    },
    registry,
  )
  return document
}
