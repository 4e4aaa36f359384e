import type { NoiseGenerator } from './generator.ts'
import { philox, type Words4 } from './philox.ts'

/** What of a GPU decides how torch deals a draw to its threads. */
export interface CudaDevice {
  readonly multiprocessors: number
  readonly threadsPerMultiprocessor: number
}

/** NVIDIA A100: 221,184 threads at once. */
export const A100: CudaDevice = { multiprocessors: 108, threadsPerMultiprocessor: 2048 }

const THREADS_PER_BLOCK = 256

/**
 * `torch.randn(numel, generator=torch.Generator('cuda').manual_seed(seed))` in float32, draw after draw, to about 1e-6.
 *
 * A draw runs on T = 256 · min(multiprocessors · ⌊threadsPerMultiprocessor / 256⌋, ⌈numel / 256⌉) threads. Thread i
 * has Philox subsequence i; one call gives it four normals, which go to elements i, i+T, i+2T, i+3T, the next call to
 * the next 4T (ATen `distribution_elementwise_grid_stride_kernel`, cuRAND `curand_normal4`). So up to T values, the
 * same seed gives the same on every GPU; beyond, it depends on the device, for which an A100 is assumed.
 */
export class TorchCuda implements NoiseGenerator {
  readonly #key: readonly [low: number, high: number]
  /** Philox calls made so far by every thread. */
  #calls = 0

  constructor(
    seed: number,
    private readonly device: CudaDevice = A100,
  ) {
    this.#key = [seed | 0, Math.floor(seed / 2 ** 32) | 0]
  }

  randn(numel: number): Float32Array {
    return this.part(numel, 0, numel)
  }

  part(numel: number, begin: number, end: number): Float32Array {
    const out = new Float32Array(end - begin)
    if (numel === 0) return out
    const { multiprocessors, threadsPerMultiprocessor } = this.device
    const most = multiprocessors * Math.floor(threadsPerMultiprocessor / THREADS_PER_BLOCK)
    const threads = THREADS_PER_BLOCK * Math.min(most, Math.ceil(numel / THREADS_PER_BLOCK))
    const words: Words4 = [0, 0, 0, 0]
    for (let i = 0; i < out.length; i++) {
      const element = begin + i
      const call = this.#calls + Math.floor(element / (4 * threads))
      const which = Math.floor(element / threads) % 4
      philox([call | 0, Math.floor(call / 2 ** 32), element % threads, 0], this.#key[0], this.#key[1], words)
      out[i] = which < 2 ? boxMuller(words[0], words[1], which) : boxMuller(words[2], words[3], which - 2)
    }
    this.#calls += Math.ceil(numel / (4 * threads))
    return out
  }
}

/** cuRAND's `_curand_box_muller`: of a pair of words the first normal takes the sine, the second the cosine. */
function boxMuller(x: number, y: number, which: number): number {
  const u = x * 2 ** -32 + 2 ** -33
  const v = (y * 2 ** -32 + 2 ** -33) * 2 * Math.PI
  return Math.sqrt(-2 * Math.log(u)) * (which === 0 ? Math.sin(v) : Math.cos(v))
}
