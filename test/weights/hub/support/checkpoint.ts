/** Bytes that differ everywhere, so that a piece in a wrong place is noticed. */
export const noise = (length: number, seed: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 2654435761 + seed) >>> 24)

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words)

export const UNET = 'unet/diffusion_pytorch_model.fp16.safetensors'

/** Paths and contents as a repository has them; the U-Net is the only file of several pieces. */
export const published: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map([
  ['README.md', text('# card')],
  ['LICENSE.md', text('MIT')],
  ['model_index.json', text('{"_class_name":"MarigoldDepthPipeline"}')],
  ['scheduler/scheduler_config.json', text('{}')],
  ['unet/config.json', text('{"unet":1}')],
  [UNET, noise(7300, 1)],
  ['unet/diffusion_pytorch_model.safetensors', noise(14600, 2)],
  ['unet/diffusion_pytorch_model.bin', noise(500, 3)],
  ['vae/config.json', text('{"vae":1}')],
  ['vae/diffusion_pytorch_model.safetensors', noise(900, 4)],
  ['text_encoder/config.json', text('{"text":1}')],
  ['text_encoder/model.fp16.safetensors', noise(1000, 5)],
  ['tokenizer/vocab.json', text('{}')],
  ['tokenizer/merges.txt', text('a b')],
])

/** Those of `published` that a checkpoint in half precision is made of. */
export const needed = [
  UNET,
  'vae/diffusion_pytorch_model.safetensors',
  'text_encoder/model.fp16.safetensors',
  'LICENSE.md',
  'scheduler/scheduler_config.json',
  'unet/config.json',
  'vae/config.json',
  'text_encoder/config.json',
  'tokenizer/vocab.json',
  'model_index.json',
]
