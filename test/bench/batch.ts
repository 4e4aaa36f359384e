/**
 * Whether several members at once are quicker than one after the other: the U-Net and the VAE's decoder on batches of 1, 2
 * and 4, interleaved, as milliseconds per member and their ratio to a batch of 1.
 *
 *   npx esbuild test/bench/batch.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/bench-batch.mjs
 *   node node_modules/.cache/bench-batch.mjs models/marigold-nano [backend wasm] [height 24] [width 24] [rounds 8]
 */
import { readFolder } from '../../models/checkpoint/folder.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import { openNodeCompute } from '../../src/app/compute/node.ts'
import { count, type Dims, type Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'

const [directory = 'models/marigold-nano', backendName = 'wasm', ...sizes] = process.argv.slice(2)
const [height = 24, width = 24, rounds = 8] = sizes.map(Number)
const BATCHES = [1, 2, 4] as const

const signal = new AbortController().signal
const compute = await openNodeCompute(backendName === 'webgpu' ? 'webgpu' : 'wasm')
const { backend, runtime } = compute
const checkpoint = new OpenedCheckpoint('bench', await readFolder(await nodeFolder(directory), signal), runtime)
const made = (dims: Dims): Tensor =>
  backend.upload(
    Float32Array.from({ length: count(dims) }, (_, i) => Math.sin(i * 12.9898)),
    dims,
  )

/** Milliseconds until the result can be read. */
async function timed(run: () => Promise<Tensor>): Promise<number> {
  const start = performance.now()
  const tensor = await run()
  await backend.read(tensor)
  const ms = performance.now() - start
  tensor.release()
  return ms
}

const times = new Map<string, number[]>()
for (let round = 0; round <= rounds; round++) {
  for (const batch of BATCHES) {
    const latent = made([batch, 4, height, width])
    const parts = {
      'U-Net': () => checkpoint.denoise(latent, latent, 999, signal),
      decoder: () => checkpoint.decode(latent, signal),
    }
    for (const [part, run] of Object.entries(parts)) {
      const ms = (await timed(run)) / batch
      const key = `${part} ${batch}`
      // The first round makes the sessions and compiles.
      if (round > 0) times.set(key, [...(times.get(key) ?? []), ms])
    }
    latent.release()
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
console.log(`${compute.info.adapter}, ${8 * width} × ${8 * height} px, ${rounds} rounds`)
for (const part of ['U-Net', 'decoder']) {
  const alone = times.get(`${part} 1`) ?? []
  for (const batch of BATCHES) {
    const each = times.get(`${part} ${batch}`) ?? []
    // Round by round: another load of the machine hits all batches of a round alike.
    const ratio = median(each.map((ms, i) => ms / (alone[i] ?? NaN)))
    console.log(
      `${part}, batch of ${batch}: ${median(each).toFixed(1)} ms per member, ${ratio.toFixed(2)} of a batch of 1`,
    )
  }
}
// onnxruntime's threads keep the process alive.
process.exit(0)
