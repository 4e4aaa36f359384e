/**
 * Milliseconds and memory of a checkpoint of released size on the graphics card: our models on WebGPU (Dawn), as they are
 * and with sums in half precision, beside PyTorch's in half precision, in one run. gpu.sh prepares and starts it:
 *
 *   test/bench/gpu.sh [--size 768x576] [--rounds 20] [--python PATH] [--torch cuda|cpu|none] [--json FILE]
 *                    [--checkpoint DIR, another diffusers folder, our side only]
 *                    [--dawn enable-dawn-features=vulkan_enable_f16_on_nvidia, which have half precision on Linux too]
 *
 * Without a card or without torch it measures what there is and says what is missing. Every side's results are compared
 * with torch's in float32.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { syntheticCheckpoint } from '../full/support/synthetic-checkpoint.ts'
import { ourSide, STAGES, type Side, type SideOptions, type Stage } from './gpu-side.ts'

const { values: given } = parseArgs({
  options: {
    size: { type: 'string', default: '768x576' },
    rounds: { type: 'string', default: '20' },
    python: { type: 'string', default: 'python3' },
    torch: { type: 'string', default: 'cuda' },
    json: { type: 'string' },
    checkpoint: { type: 'string' },
    dawn: { type: 'string', multiple: true, default: [] },
    /** What the processes that this starts are given. */
    side: { type: 'string' },
  },
})

/** Our two ways; undefined is what a person gets: weights in half precision, sums in float32. */
const OURS: Readonly<Record<string, SideOptions['precision']>> = { ours: undefined, 'ours, half sums': 'f16' }

interface Measured extends Side {
  /** What nvidia-smi saw the card hold beyond what it held before, in bytes; undefined without it. */
  readonly card: number | undefined
}

/** Runs one side in a process of its own, whose last line is its JSON; a crash is its failure. */
async function measure(command: string, words: readonly string[]): Promise<Measured> {
  const before = await cardBytes()
  let most = before
  let watching = true
  const watch = (async () => {
    while (watching && before !== undefined) {
      most = Math.max(most ?? 0, (await cardBytes()) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  })()
  const side = await new Promise<Side>((resolve) => {
    const failed = (why: string): void => resolve({ device: 'none', stages: {}, failed: why })
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (text) => (out += String(text)))
    child.stderr.on('data', (text) => (err += String(text)))
    child.once('error', (error) => failed(error.message))
    child.once('close', (status) => {
      const line = out.trim().split('\n').at(-1) ?? ''
      if (line.startsWith('{')) return resolve(JSON.parse(line) as Side)
      failed(`${command} ended with ${status}: ${err.trim().split('\n').slice(-3).join(' ')}`)
    })
  })
  watching = false
  await watch
  return { ...side, card: before === undefined || most === undefined ? undefined : most - before }
}

async function cardBytes(): Promise<number | undefined> {
  try {
    const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '--id=0']
    const { stdout } = await promisify(execFile)('nvidia-smi', query)
    return Number(stdout) * 2 ** 20
  } catch {
    return undefined
  }
}

async function floatsOf(path: string): Promise<Float32Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes && new Float32Array(new Uint8Array(bytes).buffer)
}

/** Root mean square of the difference over that of `exact`. */
function relativeError(found: Float32Array, exact: Float32Array): number {
  if (found.length !== exact.length) return Infinity
  let [difference, whole] = [0, 0]
  for (const [i, value] of exact.entries()) {
    difference += ((found[i] ?? NaN) - value) ** 2
    whole += value ** 2
  }
  return Math.sqrt(difference / whole)
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN
const ms = (side: Side | undefined, stage: Stage): number => median(side?.stages[stage]?.times ?? [])
const shown = (value: number | undefined, digits: number): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits)

async function compareAll(): Promise<void> {
  const [width = 0, height = 0] = given.size.split('x').map(Number)
  const rounds = Number(given.rounds)
  if (!(width > 0 && height > 0 && width % 8 === 0 && height % 8 === 0 && rounds > 0)) {
    throw new Error('Give --size WIDTHxHEIGHT in multiples of 8, and --rounds.')
  }
  const checkpoint = given.checkpoint ?? (await syntheticCheckpoint())
  const folders = await mkdtemp(join(tmpdir(), 'marigold-gpu-'))
  const folder = (name: string): Promise<string> => mkdtemp(join(folders, `${name.replace(/\W/g, '')}-`))
  try {
    const torchFolder = await folder('torch')
    const sides = new Map<string, Measured>()
    const outs = new Map([['torch', torchFolder]])
    // It has the empty prompt of the synthetic checkpoint only.
    if (given.torch !== 'none' && given.checkpoint === undefined) {
      const words = ['--width', `${width}`, '--height', `${height}`, '--rounds', `${rounds}`, '--device', given.torch]
      const script = join(ROOT, 'test/reference/bench_gpu.py')
      sides.set('torch', await measure(given.python, [script, checkpoint, torchFolder, ...words]))
    }
    for (const [name, precision] of Object.entries(OURS)) {
      const out = await folder(name)
      const options: SideOptions = { checkpoint, width, height, rounds, out, precision, dawn: given.dawn }
      outs.set(name, out)
      sides.set(name, await measure(process.execPath, [process.argv[1] ?? '', '--side', JSON.stringify(options)]))
    }
    await report(sides, outs, torchFolder)
  } finally {
    await rm(folders, { recursive: true })
  }
}

async function report(
  sides: ReadonlyMap<string, Measured>,
  outs: ReadonlyMap<string, string>,
  exact: string,
): Promise<void> {
  const theirs = sides.get('torch')
  const rows: Record<string, string>[] = []
  for (const stage of STAGES) {
    const wanted = await floatsOf(join(exact, `${stage}.exact.f32`))
    for (const [side, measured] of sides) {
      const timing = measured.stages[stage]
      if (!timing) continue
      const found = await floatsOf(join(outs.get(side) ?? '', `${stage}.f32`))
      rows.push({
        stage,
        side,
        'median ms': shown(ms(measured, stage), 1),
        'least ms': shown(Math.min(...timing.times), 1),
        'of torch’s': side === 'torch' ? '' : shown(ms(measured, stage) / ms(theirs, stage), 2),
        'first ms': shown(timing.first, 0),
        'peak MB': shown(timing.bytes / 1e6, 0),
        error: found && wanted ? relativeError(found, wanted).toExponential(1) : '–',
      })
    }
  }
  console.log(`${given.size}, ${given.rounds} rounds`)
  for (const [side, { device, card, failed }] of sides) {
    console.log(`${side}: ${device}${card === undefined ? '' : `, the card held ${shown(card / 1e6, 0)} MB more`}`)
    if (failed !== undefined) console.log(`  not measured: ${failed}`)
  }
  console.table(rows)
  if (given.json !== undefined)
    await writeFile(given.json, JSON.stringify({ ...given, sides: [...sides], rows }, null, 1))
  if (rows.length === 0) process.exitCode = 1
}

if (given.side === undefined) await compareAll()
else {
  console.log(JSON.stringify(await ourSide(JSON.parse(given.side) as SideOptions)))
  // onnxruntime keeps the process alive.
  process.exit()
}
