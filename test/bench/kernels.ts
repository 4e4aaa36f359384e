/**
 * Into which kernels the time of a model goes on a graphics card: the device's own time of every dispatch, summed by kernel, for the
 * VAE's encoder, one step of the U-Net and the VAE's decoder.
 *
 *   npx esbuild test/bench/kernels.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/kernels.mjs
 *   node node_modules/.cache/kernels.mjs [--checkpoint models/marigold-nano] [--size 768x576] [--precision f16] [--most 12] [--sizes] [--dawn enable-dawn-features=...]
 */
import { parseArgs } from 'node:util'
import { readFolder } from '../../models/checkpoint/folder.ts'
import { OpenedCheckpoint } from '../../models/checkpoint/opened.ts'
import { leaveWasmUnoptimised, loadDawn } from '../../src/app/compute/dawn.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { requestDevice } from '../../src/gpu/device.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { KernelClock } from './kernel-clock.ts'

const { values: given } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: 'models/marigold-nano' },
    size: { type: 'string', default: '768x576' },
    precision: { type: 'string' },
    most: { type: 'string', default: '12' },
    sizes: { type: 'boolean', default: false },
    dawn: { type: 'string', multiple: true, default: [] },
  },
})
const [width = 0, height = 0] = given.size.split('x').map(Number)
const precision = given.precision === 'f16' || given.precision === 'f32' ? given.precision : undefined
// Else times are rounded to 0.1 ms.
const opened = await requestDevice({
  gpu: await loadDawn(['disable-dawn-features=timestamp_quantization', ...given.dawn]),
})
if (opened.device === undefined) throw new Error(opened.reason)
const { device, name } = opened
leaveWasmUnoptimised()
const clock = new KernelClock(device, { sizes: given.sizes })
const backend = new GpuBackend(device)
const runtime = await openWebGpuRuntime({ backend })
const signal = new AbortController().signal
const folder = await readFolder(await nodeFolder(given.checkpoint), signal)
const checkpoint = new OpenedCheckpoint('bench', folder, runtime, precision === undefined ? {} : { precision })
const made = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898))
const picture = backend.upload(made(3 * width * height), [1, 3, height, width])
const latent = backend.upload(made((4 * width * height) / 64), [1, 4, height / 8, width / 8])
const stages: Record<string, () => Promise<Tensor>> = {
  'VAE encode': () => checkpoint.encode(picture, signal),
  'U-Net step': () => checkpoint.denoise(latent, latent, 999, signal),
  'VAE decode': () => checkpoint.decode(latent, signal),
}
console.log(`${name}, ${given.size}, ${given.precision ?? 'as a person gets it'}`)
for (const [stage, run] of Object.entries(stages)) {
  // The first compiles.
  for (let round = 0; round < 2; round++) {
    await device.queue.onSubmittedWorkDone()
    clock.reset()
    ;(await run()).release()
  }
  const times = await clock.times()
  const whole = times.reduce((sum, { ms }) => sum + ms, 0)
  const count = times.reduce((sum, { dispatches }) => sum + dispatches, 0)
  console.log(`\n${stage}: ${count} dispatches, ${whole.toFixed(1)} ms in kernels`)
  for (const { name: kernel, dispatches, ms } of times.slice(0, Number(given.most))) {
    console.log(
      `${ms.toFixed(2).padStart(9)} ms ${((100 * ms) / whole).toFixed(0).padStart(3)} % ${String(dispatches).padStart(5)}  ${kernel}`,
    )
  }
}
// onnxruntime keeps the process alive.
process.exit()
