/**
 * Whether several members at once are quicker than one after the other: the U-Net and the VAE's decoder on batches of 1, 2
 * and 4, as milliseconds per member and their ratio to a batch of 1. Each has its rounds in turn, as a run has its steps: a
 * change of size makes the runtime's buffers anew.
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
const TURNS = 2

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

const PARTS = {
  'U-Net': (latent: Tensor) => checkpoint.denoise(latent, latent, 999, signal),
  decoder: (latent: Tensor) => checkpoint.decode(latent, signal),
}

/** Milliseconds per member, by batch. */
async function measure(run: (latent: Tensor) => Promise<Tensor>): Promise<Map<number, number[]>> {
  const times = new Map<number, number[]>()
  for (let turn = 0; turn < TURNS; turn++) {
    for (const batch of BATCHES) {
      const latent = made([batch, 4, height, width])
      // The first makes buffers, at the very beginning the session too.
      await timed(() => run(latent))
      for (let round = 0; round < rounds; round++) {
        times.set(batch, [...(times.get(batch) ?? []), (await timed(() => run(latent))) / batch])
      }
      latent.release()
    }
  }
  return times
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
console.log(`${compute.info.adapter}, ${8 * width} × ${8 * height} px, ${TURNS} × ${rounds} rounds`)
for (const [part, run] of Object.entries(PARTS)) {
  const times = await measure(run)
  const alone = median(times.get(1) ?? [])
  for (const [batch, each] of times) {
    const ms = median(each)
    console.log(
      `${part}, batch of ${batch}: ${ms.toFixed(1)} ms per member, ${(ms / alone).toFixed(2)} of a batch of 1`,
    )
  }
}
// onnxruntime's threads keep the process alive.
process.exit(0)
