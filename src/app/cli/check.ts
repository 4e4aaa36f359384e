import { publishedRow } from '../../../models/catalogue.ts'
import { contentId, readFolder } from '../../../models/checkpoint/folder.ts'
import { checkpointFacts } from '../../../models/checkpoint/store.ts'
import { AppError, plainError, type PlainError } from '../../base/errors.ts'
import type { Facts } from '../../base/facts.ts'
import { bindServices } from '../../base/service.ts'
import { Engine } from '../../engine/engine.ts'
import { nothingToRun } from '../../engine/plan.ts'
import type { Problem } from '../../graph/problem.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { flatten } from '../../graph/groups/flatten.ts'
import { CpuBackend } from '../../tensor/cpu.ts'
import { byteText } from '../../base/byte-text.ts'
import { nodes } from '../registry.ts'
import { hubHost } from './downloaded.ts'
import { readGraph } from './graph-file.ts'
import { memoryNeeds, memoryText, type MemoryNeeds } from './memory-needs.ts'
import { locateOnDisk, shelfOnDisk } from './sources.ts'
import { described, line, type Terminal } from './terminal.ts'

interface Findings {
  /** What reading repaired or kept. */
  readonly problems: readonly Problem[]
  /** One per node that could not run. */
  readonly errors: readonly PlainError[]
  /** Checkpoints by choice, about how many bytes would have to be downloaded, and what those that are here take to run. */
  readonly checkpoints: readonly {
    readonly choice: string
    readonly name: string
    readonly download: number
    readonly memory?: MemoryNeeds
  }[]
}

/** `marigold check`: what is wrong with a graph. Computes nothing. Exit status: 0 when all of it could run as it is. */
export async function check(graph: string, json: boolean, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const { document, problems } = await readGraph(graph, signal)
  const found: Findings = { problems, ...(await findings(document, signal)) }
  if (json) terminal.out(`${JSON.stringify(found, null, 2)}\n`)
  else describe(found, terminal)
  return found.errors.length === 0 && found.problems.every(({ effect }) => effect === 'repaired') ? 0 : 1
}

function describe({ problems, errors, checkpoints }: Findings, terminal: Terminal): void {
  const say = (text: string): void => terminal.out(line(text))
  for (const { code, path, message, effect } of problems) say(`${effect} [${code}] ${path}: ${message}`)
  for (const error of errors) say(`cannot run ${described(error)}`)
  for (const { choice, name, download, memory } of checkpoints) {
    const missing = `not here, about ${byteText(download)} to download from ${hubHost()}: marigold download ${choice}`
    say(`checkpoint ${name}: ${download === 0 ? 'here, nothing to download' : missing}`)
    if (memory) say(`checkpoint ${name}: ${memoryText(memory)}`)
  }
  if (problems.length === 0 && errors.length === 0) say('No problems.')
}

async function findings(document: GraphDocument, signal: AbortSignal): Promise<Omit<Findings, 'problems'>> {
  const shelf = shelfOnDisk()
  const locate = locateOnDisk(undefined)
  const checkpoints = new Map<string, Findings['checkpoints'][number]>()
  const facts = new Map<string, Facts>()
  const engine = new Engine({
    nodes,
    backend: new CpuBackend(),
    info: { backend: 'wasm', adapter: '' },
    cacheBytes: 0,
    services: bindServices([]),
    sources: {
      picture: (ref, aborted) => shelf.contentId(ref, aborted),
      checkpoint: async (choice, aborted) => {
        const { name, files } = await locate(choice, aborted).catch((error: unknown) => {
          const row = publishedRow(choice)
          if (row && error instanceof AppError && error.code === 'checkpoint/not-downloaded') {
            checkpoints.set(choice, { choice, name: row.name, download: row.bytes.fp16 ?? row.bytes.fp32 })
          }
          throw error
        })
        // Reads the headers of the weights too.
        const folder = await readFolder(files, aborted)
        const id = await contentId(folder, 'full', aborted)
        facts.set(id, checkpointFacts(name, folder.config))
        checkpoints.set(choice, { choice, name, download: 0, memory: await memoryNeeds(folder, document, aborted) })
        return id
      },
      factsOf: (content) => facts.get(content),
    },
  })
  const states = await engine.update(document, signal)
  const errors = [...states.values()].flatMap((state) => (state.phase === 'blocked' ? [state.error] : []))
  if (!flatten(document).document.nodes.some(({ type }) => nodes.get(type)?.sink === true))
    errors.push(plainError(nothingToRun()))
  // A node behind a blocked one is blocked by the same error.
  const unique = new Map(errors.map((error) => [`${error.code} ${error.node ?? ''}`, error]))
  const order = document.nodes.map(({ id }) => id)
  const sorted = [...unique.values()].sort((a, b) => order.indexOf(a.node ?? '') - order.indexOf(b.node ?? ''))
  return { errors: sorted, checkpoints: [...checkpoints.values()] }
}
