/**
 * A second visit: how long the U-Net takes until it can run, with its files in the disk's cache and the empty prompt kept.
 * Beside it what cannot be spared: the same bytes read from the file and written to buffers of their sizes. Both are
 * processes of their own, in turns, as onnxruntime keeps its first device. Which bytes were read how often, and what was
 * converted, is counted.
 *
 *   npx esbuild test/bench/load.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/bench-load.mjs
 *   node node_modules/.cache/bench-load.mjs [--checkpoint .cache/synthetic-full] [--visits 3]
 *
 * The checkpoint of released size is the one of `npm run test:full`. Half precision, in which it is stored, needs an adapter
 * with shader-f16; on others every weight is converted.
 */
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { uploadAlone, visit, type Range, type Upload, type Visit } from './load-visit.ts'

const { values } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: join(ROOT, '.cache/synthetic-full') },
    visits: { type: 'string', default: '3' },
  },
})

type Task = { readonly visit: true; readonly prompts: string } | { readonly upload: readonly Range[] }

/** The last answer of a process of its own. */
function apart<T>(task: Task): Promise<T> {
  const child = fork(process.argv[1] ?? '', process.argv.slice(2))
  child.send(task)
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as T))
    child.once('exit', (status) => reject(new Error(`A process ended with ${status}.`)))
  })
}

const MB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN

async function compare(): Promise<void> {
  const prompts = await mkdtemp(join(tmpdir(), 'bench-load-'))
  try {
    // The first computes the empty prompt and brings the files into memory.
    const first = await apart<Visit>({ visit: true, prompts })
    console.log(`${first.adapter}; first visit ${seconds(first.total)}`)
    const ratios: { readonly wall: number; readonly cpu: number }[] = []
    for (let i = 0; i < Number(values.visits); i++) {
      const made = await apart<Visit>({ visit: true, prompts })
      const least = await apart<Upload>({ upload: made.weights })
      const ratio = { wall: made.total / (least.read + least.write), cpu: made.cpu / least.cpu }
      ratios.push(ratio)
      console.log(
        `visit ${seconds(made.total)}: known after ${seconds(made.identified)}, opened ${seconds(made.prepared)}, session ${seconds(made.created)}; ` +
          `alone: reading ${seconds(least.read)}, uploading ${seconds(least.write)}; ${ratio.wall.toFixed(2)} times, ${ratio.cpu.toFixed(2)} times its processor time`,
      )
      console.log(
        `  read ${MB(made.read)} of ${MB(made.size)}, ${MB(made.twice)} of it twice; ${MB(made.converted)} converted; ` +
          `${MB(made.buffers)} on the device for ${MB(least.bytes)} of weights`,
      )
    }
    const [wall, cpu] = [median(ratios.map((one) => one.wall)), median(ratios.map((one) => one.cpu))]
    console.log(
      `A second visit takes ${wall.toFixed(2)} of reading and uploading alone, ${cpu.toFixed(2)} of its processor time.`,
    )
  } finally {
    await rm(prompts, { recursive: true })
  }
}

if (process.send === undefined) {
  await compare()
} else {
  process.once('message', (task: Task) => {
    const answer = 'upload' in task ? uploadAlone(task.upload) : visit(values.checkpoint, task.prompts)
    void answer.then((told) => process.send?.(told, () => process.exit(0)))
  })
}
