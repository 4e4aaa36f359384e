import { GraphBuilder } from '../../src/onnx/builder.ts'
import type { BuiltGraph, ParameterShapes, Value } from '../../src/onnx/graph.ts'
import { ConfigReader, type ConfigJson } from './config.ts'
import { layerNorm, linear } from './layers.ts'

export interface ClipTextConfig {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly positions: number
  readonly epsilon: number
  readonly activation: 'gelu' | 'quick_gelu'
  readonly bosToken: number
  readonly eosToken: number
}

/** Reads text_encoder/config.json. Errors: `checkpoint/unsupported`. */
export function readClipTextConfig(json: ConfigJson): ClipTextConfig {
  const config = new ConfigReader('text_encoder/config.json', json)
  config.mustBe('model_type', 'clip_text_model')
  return {
    hidden: config.integer('hidden_size', 512),
    intermediate: config.integer('intermediate_size', 2048),
    layers: config.integer('num_hidden_layers', 12),
    heads: config.integer('num_attention_heads', 8),
    vocabulary: config.integer('vocab_size', 49408),
    positions: config.integer('max_position_embeddings', 77),
    epsilon: config.number('layer_norm_eps', 1e-5),
    activation: config.choice('hidden_act', ['gelu', 'quick_gelu'], 'quick_gelu'),
    bosToken: config.number('bos_token_id', 49406),
    eosToken: config.number('eos_token_id', 49407),
  }
}

/**
 * transformers' CLIPTextModel for one constant text: no inputs that matter, one output.
 *
 * @param tokens ids of the text, with its begin and end.
 * Input `one` [1], which must be 1: a session wants an input. Output `last_hidden_state` [1,N,hidden].
 */
export function clipTextGraph(config: ClipTextConfig, shapes: ParameterShapes, tokens: readonly number[]): BuiltGraph {
  const g = new GraphBuilder('text encoder', shapes)
  const { hidden, epsilon, vocabulary, positions } = config
  const prefix = g.has('text_model.final_layer_norm.weight') ? 'text_model.' : ''
  const one = g.input('one', 'f32', [1])
  const words = tokens.map((id) =>
    g.parameter(`${prefix}embeddings.token_embedding.weight`, [vocabulary, hidden], { rows: [id, id + 1] }),
  )
  const position = g.parameter(`${prefix}embeddings.position_embedding.weight`, [positions, hidden], {
    rows: [0, tokens.length],
  })
  const embedded = g.mul(g.add(g.concat(words, 0), position), one)
  let x = g.reshape(embedded, [1, tokens.length, hidden])
  for (let layer = 0; layer < config.layers; layer++) {
    x = encoderLayer(g, x, `${prefix}encoder.layers.${layer}`, config, tokens.length)
  }
  const out = layerNorm(g, x, `${prefix}final_layer_norm`, hidden, epsilon)
  g.output('last_hidden_state', out, [1, tokens.length, hidden])
  return g.finish()
}

function encoderLayer(g: GraphBuilder, x: Value, name: string, config: ClipTextConfig, tokens: number): Value {
  const { hidden, intermediate, epsilon } = config
  const attended = g.add(
    x,
    causalAttention(g, layerNorm(g, x, `${name}.layer_norm1`, hidden, epsilon), name, config, tokens),
  )
  const normal = layerNorm(g, attended, `${name}.layer_norm2`, hidden, epsilon)
  const inner = linear(g, normal, `${name}.mlp.fc1`, hidden, intermediate)
  const active = config.activation === 'gelu' ? g.gelu(inner) : g.silu(inner, 1.702)
  return g.add(attended, linear(g, active, `${name}.mlp.fc2`, intermediate, hidden))
}

/** Each token attends to itself and to those before it. A few tokens, once per checkpoint: written out plainly. */
function causalAttention(g: GraphBuilder, x: Value, name: string, config: ClipTextConfig, tokens: number): Value {
  const { hidden, heads } = config
  const size = hidden / heads
  const project = (part: string, axes: readonly number[]): Value => {
    const flat = linear(g, x, `${name}.self_attn.${part}_proj`, hidden, hidden)
    return g.transpose(g.reshape(flat, [1, tokens, heads, size]), axes)
  }
  const scores = g.matmul(project('q', [0, 2, 1, 3]), project('k', [0, 2, 3, 1]))
  const scaled = g.mul(scores, g.constant([1 / Math.sqrt(size)], [1]))
  const future = Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e9 : 0))
  const weights = g.softmax(g.add(scaled, g.constant(future, [tokens, tokens])))
  const mixed = g.transpose(g.matmul(weights, project('v', [0, 2, 1, 3])), [0, 2, 1, 3])
  return linear(g, g.reshape(mixed, [1, tokens, hidden]), `${name}.self_attn.out_proj`, hidden, hidden)
}
