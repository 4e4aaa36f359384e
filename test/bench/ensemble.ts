/**
 * Ensemble Align of ten maps at 768×576 against diffusers' ensemble_depth on the same CPU, in one run, from the
 * repository's root:
 *
 *   npx esbuild test/bench/ensemble.ts --bundle --platform=node --format=esm | node --input-type=module - [PYTHON]
 *
 * PYTHON has the packages of test/reference/requirements.txt (default: python3). Prints a table and fails when the
 * speed-up is below 20 or the cost more than 1 % above diffusers'. Both costs are evaluated from the pixels in float64.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { ensembleAlign, type EnsembleParams } from '../../src/gpu/ensemble-align.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { Maps } from '../../src/tensor/ensemble/objective.ts'
import { alignReduce } from '../../src/tensor/ensemble/reduce.ts'
import { memoryFiles } from '../../src/weights/files.ts'
import { openWeights } from '../../src/weights/tensors.ts'

interface Reference {
  readonly best_seconds: number
  readonly cost: number
  readonly cost_initial: number
  readonly threads: number
  readonly parameters: readonly number[]
}

const RUNS = 7
const params: EnsembleParams = {
  reduction: 'median',
  alignment: 'affine',
  regularizerStrength: 0.02,
  maxIter: 2,
  tol: 1e-3,
  maxRes: 1024,
}

const folder = await mkdtemp(join(tmpdir(), 'ensemble-'))
try {
  const [report, file] = [join(folder, 'report.json'), join(folder, 'members.safetensors')]
  const script = 'test/reference/bench_ensemble.py'
  const python = process.argv[2] ?? 'python3'
  await promisify(execFile)(python, [script, '--out', report, '--members', file, '--repeat', '2'])
  const reference = JSON.parse(await readFile(report, 'utf8')) as Reference
  const { data, dims } = await membersOf(file)
  const [count = 1, , height = 1, width = 1] = dims

  const backend = new CpuBackend()
  const maps = Array.from({ length: count }, (_, i) =>
    backend.upload(data.slice(i * height * width, (i + 1) * height * width), [1, 1, height, width]),
  )
  const seconds: number[] = []
  let found: Maps = { scales: [], shifts: [] }
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now()
    const { depth, uncertainty, alignment } = await ensembleAlign(backend, maps, params)
    seconds.push((performance.now() - start) / 1000)
    depth.release()
    uncertainty.release()
    if (alignment) found = alignment
  }
  const ours = costOf(data, found, height * width)
  const theirs = costOf(data, split(reference.parameters), height * width)
  const speedup = reference.best_seconds / Math.min(...seconds)
  console.log(`${count} maps of ${width}×${height}, best of ${RUNS} (first ${seconds[0]?.toFixed(3)} s)`)
  console.table({
    diffusers: { seconds: reference.best_seconds, threads: reference.threads, cost: theirs },
    'Ensemble Align': { seconds: Math.min(...seconds), threads: 1, cost: ours },
  })
  console.log(
    `speed-up ${speedup.toFixed(1)}, first run ${(reference.best_seconds / (seconds[0] ?? NaN)).toFixed(1)}; cost ${(ours / theirs).toFixed(4)} of diffusers’`,
  )
  if (speedup < 20 || ours > 1.01 * theirs) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}

async function membersOf(file: string): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const bytes = new Uint8Array(await readFile(file))
  const weights = await openWeights(
    memoryFiles(file, new Map([['unet/diffusion_pytorch_model.safetensors', bytes]])),
    'unet',
  )
  return { data: await weights.f32('members'), dims: weights.get('members').shape }
}

function split(parameters: readonly number[]): Maps {
  const members = parameters.length / 2
  return { scales: parameters.slice(0, members), shifts: parameters.slice(members) }
}

/** The objective as it is written: no moments, no shortcuts. */
function costOf(data: Float32Array, maps: Maps, pixels: number): number {
  const a = maps.scales.map((s, m) =>
    Float64Array.from(data.subarray(m * pixels, (m + 1) * pixels), (d) => s * d + (maps.shifts[m] ?? 0)),
  )
  let cost = 0
  for (const [i, x] of a.entries()) {
    for (const y of a.slice(i + 1)) cost += Math.sqrt(x.reduce((sum, v, k) => sum + (v - (y[k] ?? 0)) ** 2, 0) / pixels)
  }
  const p = new Float32Array(pixels)
  alignReduce(data, maps.scales, maps.shifts, params.reduction, p, undefined)
  const [low, high] = p.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity])
  return cost + params.regularizerStrength * (Math.abs(low) + Math.abs(1 - high))
}
