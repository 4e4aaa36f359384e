import type { NoiseGenerator } from './generator.ts'
import { TorchCpu } from './torch-cpu.ts'
import { TorchCuda } from './torch-cuda.ts'

export type { NoiseGenerator }

/** Whose random numbers: those of torch on the CPU, of torch on an NVIDIA GPU, or none (E2E-FT checkpoints). */
export const NOISE_KINDS = ['torch-cpu', 'torch-cuda', 'zeros'] as const
export type NoiseKind = (typeof NOISE_KINDS)[number]

/** @param seed 0 .. 2⁵³ − 1; torch's CPU generator uses its low 32 bits, the CUDA one all */
export function noiseGenerator(kind: NoiseKind, seed: number): NoiseGenerator {
  if (kind === 'torch-cpu') return new TorchCpu(seed)
  if (kind === 'torch-cuda') return new TorchCuda(seed)
  return { randn: (numel) => new Float32Array(numel), part: (_numel, begin, end) => new Float32Array(end - begin) }
}

/**
 * The noise of one ensemble member: row `member` of `torch.randn([count, n])`, exactly, without making the other rows.
 *
 * torch-cpu: when n is a multiple of 16 a member's noise does not depend on `count`, so growing an ensemble keeps its
 * members; otherwise the last 16 values of the whole draw do. (Latents have n = 4·h·w: a multiple of 16 whenever h·w is
 * a multiple of 4.) torch-cuda: independent of `count` while count · n values find a thread each, 221,184 on an A100;
 * see `TorchCuda`.
 */
export function ensembleNoise(kind: NoiseKind, seed: number, n: number, member: number, count: number): Float32Array {
  return noiseGenerator(kind, seed).part(n * count, n * member, n * (member + 1))
}
