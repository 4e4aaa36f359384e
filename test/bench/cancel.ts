/**
 * How long a cancel takes: from the moment when it is asked for, in the midst of the denoising, to the end of the run's
 * promise; on WebAssembly with the embedded checkpoint, beside the time of one denoising step of the same process.
 *
 *   npx esbuild test/bench/cancel.ts --bundle --platform=node --format=esm --packages=external --outfile=node_modules/.cache/bench-cancel.mjs
 *   node node_modules/.cache/bench-cancel.mjs [rounds 10]
 */
import { readFile } from 'node:fs/promises'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import colorize from '../../nodes/depth/colorize.ts'
import ddimDenoise from '../../nodes/depth/ddim-denoise.ts'
import ensembleAlign from '../../nodes/depth/ensemble-align.ts'
import noiseInit from '../../nodes/depth/noise-init.ts'
import vaeDecode from '../../nodes/depth/vae-decode.ts'
import vaeEncode from '../../nodes/depth/vae-encode.ts'
import fitResolution from '../../nodes/image/fit-resolution.ts'
import matchSize from '../../nodes/image/match-size.ts'
import loadCheckpoint from '../../nodes/input/load-checkpoint.ts'
import loadImage from '../../nodes/input/load-image.ts'
import exportNode from '../../nodes/output/export.ts'
import view from '../../nodes/output/view.ts'
import { openNodeCompute } from '../../src/app/compute/node.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../src/node/index.ts'
import type { AnyNode } from '../../src/node/define.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'

const used: readonly AnyNode[] = [
  colorize,
  ddimDenoise,
  ensembleAlign,
  noiseInit,
  vaeDecode,
  vaeEncode,
  fitResolution,
  matchSize,
  loadCheckpoint,
  loadImage,
  exportNode,
  view,
]
const nodes = new Map(used.map((node) => [node.type, node]))

const [rounds = 10] = process.argv.slice(2).map(Number)
const [width, height] = [384, 288]
const picture = {
  width,
  height,
  channels: 3 as const,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 31) % 256),
}

const { backend, runtime, info, close } = await openNodeCompute('wasm')
const files = await nodeFolder('models/marigold-nano')
const checkpoints = new CheckpointStore(async () => ({ name: 'marigold-nano', files }), runtime)
let stepped: (step: number) => void = () => undefined
const engine = new Engine({
  nodes,
  backend,
  info,
  cacheBytes: 2 ** 28,
  services: bindServices([
    [Checkpoints, checkpoints],
    [Pictures, { load: async () => picture }],
    [OutputFiles, { write: async () => undefined }],
  ]),
  sources: {
    picture: async () => 'a',
    checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
  },
  listener: {
    state: ({ definition }, state) => {
      if (definition.type === 'depth/ddim-denoise' && state.phase === 'running') stepped(state.step)
    },
  },
})

const { document: example } = parseDocument(await readFile('examples/depth.json', 'utf8'), nodes)
/** Another seed each time, so that the denoising is never cached; everything before it is. */
const document = (seed: number): GraphDocument => ({
  ...example,
  nodes: example.nodes.map((node) => {
    if (node.type === 'input/load-image')
      return { ...node, params: { ...node.params, picture: { from: 'example', name: 'any.png' } } }
    if (node.type === 'depth/noise-init') return { ...node, params: { ...node.params, seed } }
    return node.type === 'depth/ddim-denoise' ? { ...node, params: { ...node.params, steps: 10 } } : node
  }),
})

const times: number[] = []
stepped = () => times.push(performance.now())
await engine.run(document(1))
const steps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
const step = median(steps)

const latencies: number[] = []
for (let round = 0; round < rounds; round++) {
  let due = NaN
  stepped = (at) => {
    if (at !== 2 || !Number.isNaN(due)) return
    // Somewhere within a step. The thread may be busy then: what it is late counts.
    const wait = (step * (round + 0.5)) / rounds
    due = performance.now() + wait
    setTimeout(() => void engine.cancel(), wait)
  }
  const ended = await engine.run(document(2 + round)).then(
    () => 'finished',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )
  if (ended !== 'engine/cancelled') throw new Error(`A cancel came too late: ${ended}`)
  latencies.push(performance.now() - due)
}

const worst = Math.max(...latencies)
console.log(
  `one step of a ${width} × ${height} picture at the checkpoint’s own resolution (${info.adapter}): median ${step.toFixed(0)} ms`,
)
console.log(`cancel: median ${median(latencies).toFixed(0)} ms, worst ${worst.toFixed(0)} ms`)
console.log(`cancel / step: median ${(median(latencies) / step).toFixed(2)}, worst ${(worst / step).toFixed(2)}`)
await engine.dispose()
await checkpoints.close()
await close()
process.exit(0)
