/**
 * Our U-Net graph against the one that torch.onnx.export makes of the same weights, on the same onnxruntime-web in the
 * same run, interleaved; then the VAE, so that it shows where a first depth map's time goes.
 *
 *   python test/reference/bench_unet_export.py models/marigold-nano unet.onnx --height 36 --width 48
 *   npx esbuild test/bench/unet.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/bench-unet.mjs
 *   node node_modules/.cache/bench-unet.mjs models/marigold-nano unet.onnx [height 36] [width 48] [threads 2] [rounds 8]
 */
import { readFile } from 'node:fs/promises'
import * as ort from 'onnxruntime-web/wasm'
import { timestepEmbedding } from '../../models/architectures/timestep-embedding.ts'
import { foldCrossAttentions, unetGraph } from '../../models/architectures/unet-2d-condition.ts'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { modelSource } from '../../src/onnx/source.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { openWeights } from '../../src/weights/tensors.ts'

const [directory, exported, ...sizes] = process.argv.slice(2)
if (directory === undefined || exported === undefined)
  throw new Error('Give a checkpoint folder and an exported U-Net.')
const [height = 36, width = 48, threads = 2, rounds = 8] = sizes.map(Number)

const signal = new AbortController().signal
const backend = new CpuBackend()
const runtime = await openWasmRuntime({ backend, threads })
const folder = await readFolder(await nodeFolder(directory), signal)
const weights = await openWeights(folder.files, 'unet')
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 1.3)

const { crossAttentionDim, channels, flipSinToCos, frequencyShift } = folder.unet
const text = values(2 * crossAttentionDim)
const sample = values(8 * height * width)
const half = sample.length / 2
const latent = [1, 4, height, width]
const timeWidth = channels[0] ?? 0
const inputs = {
  image_latent: backend.upload(sample.slice(0, half), latent),
  noisy_latent: backend.upload(sample.slice(half), latent),
  time: backend.upload(timestepEmbedding(999, timeWidth, flipSinToCos, frequencyShift), [1, timeWidth]),
}

const folded = await foldCrossAttentions(folder.unet, weights, text)
const ours = await runtime.create(await modelSource(unetGraph(folder.unet, weights, { text, folded }), weights))
const unfolded = await runtime.create(await modelSource(unetGraph(folder.unet, weights, { text }), weights))
const theirs = await ort.InferenceSession.create(await readFile(exported), { executionProviders: ['wasm'] })
const feeds = {
  sample: new ort.Tensor('float32', sample, [1, 8, height, width]),
  timestep: new ort.Tensor('int64', BigInt64Array.of(999n), []),
  encoder_hidden_states: new ort.Tensor('float32', text, [1, 2, crossAttentionDim]),
}

const checkpoint = new OpenedCheckpoint('bench', folder, runtime)
const picture = backend.upload(values(3 * 64 * height * width), [1, 3, 8 * height, 8 * width])
const take = async (pending: Promise<Tensor>): Promise<Float32Array> => {
  const tensor = await pending
  const read = await backend.read(tensor)
  tensor.release()
  return read
}
const prediction = async (session: typeof ours) => {
  const { prediction: tensor } = await session.run(inputs)
  if (!tensor) throw new Error('The U-Net gave nothing.')
  return take(Promise.resolve(tensor))
}

const contenders: Record<string, () => Promise<Float32Array>> = {
  'ours, folded': () => prediction(ours),
  'ours, not folded': () => prediction(unfolded),
  exported: async () => {
    const { v } = await theirs.run(feeds)
    if (!(v?.data instanceof Float32Array)) throw new Error('The exported U-Net gave no float32.')
    return v.data
  },
  'VAE encode': () => take(checkpoint.encode(picture, signal)),
  'VAE decode': () => take(checkpoint.decode(inputs.noisy_latent, signal)),
}

const times = new Map<string, number[]>()
const results = new Map<string, Float32Array>()
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const start = performance.now()
    results.set(name, await run())
    // The first round warms up.
    if (round > 0) times.set(name, [...(times.get(name) ?? []), performance.now() - start])
  }
}

const median = (name: string): number => [...(times.get(name) ?? [])].sort((a, b) => a - b)[rounds >> 1] ?? NaN
const least = (name: string): number => Math.min(...(times.get(name) ?? []))
const exportedResult = results.get('exported') ?? new Float32Array()
/** Largest difference from the exported graph's prediction; NaN where there is none. */
const apart = (name: string): number => {
  const values = results.get(name) ?? new Float32Array()
  if (values.length !== exportedResult.length) return NaN
  return values.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (exportedResult[i] ?? NaN))), 0)
}
for (const name of times.keys())
  console.log(`${name.padEnd(18)} median ${median(name).toFixed(0)} ms, least ${least(name).toFixed(0)} ms`)
console.log(
  `ours / exported: median ${(median('ours, folded') / median('exported')).toFixed(3)}, least ${(least('ours, folded') / least('exported')).toFixed(3)}`,
)
console.log(`largest difference of the two predictions: ${apart('ours, folded').toExponential(2)}`)
const four = least('VAE encode') + 4 * least('ours, folded') + least('VAE decode')
console.log(`encode + 4 steps + decode at ${8 * width} × ${8 * height}, ${threads} threads: ${four.toFixed(0)} ms`)

/** Float32 in another order of sums; the graphs compute the same. */
const TOLERANCE = 1e-3
const wrong = [...results].filter(([, values]) => values.length === 0 || !values.every(Number.isFinite))
for (const [name] of wrong) console.error(`${name}: its result is empty or not finite`)
const unlike = ['ours, folded', 'ours, not folded'].filter((name) => !(apart(name) <= TOLERANCE))
for (const name of unlike) console.error(`${name}: ${apart(name).toExponential(2)} from the exported graph`)
// onnxruntime's threads keep the process alive.
process.exit(wrong.length + unlike.length > 0 ? 1 : 0)
