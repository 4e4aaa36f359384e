import { resolve } from 'node:path'
import { Checkpoints } from '../../../models/checkpoint/checkpoint.ts'
import { promptShelf } from '../../../models/checkpoint/kept-prompt.ts'
import { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { memberText } from '../../base/member-text.ts'
import { plainError } from '../../base/errors.ts'
import { bindServices } from '../../base/service.ts'
import { Engine } from '../../engine/engine.ts'
import type { RunReport } from '../../engine/events.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { flatten } from '../../graph/groups/flatten.ts'
import { OutputFiles, Pictures, type PictureRef } from '../../node/index.ts'
import type { Compute } from '../compute/compute.ts'
import { openNodeCompute } from '../compute/node.ts'
import type { PictureShelf } from '../pictures/shelf.ts'
import { nodes } from '../registry.ts'
import { diskFiles, diskFolders } from '../results/disk-files.ts'
import { costFile, keptUnder, removeOlder, tiers } from '../results/kept.ts'
import type { RunCommand } from './arguments.ts'
import { downloads } from './downloaded.ts'
import { readGraph } from './graph-file.ts'
import { OutputFolder } from './output-folder.ts'
import { checkReport, writeReport } from './report-file.ts'
import { withCheckpoint, withPictures } from './loaded.ts'
import { withSettings } from './settings.ts'
import { addFile, checkpointId, locateOnDisk, shelfOnDisk } from './sources.ts'
import { errorLine, line, ProgressLine, type Terminal } from './terminal.ts'

const CACHE_BYTES = 2 * 2 ** 30
const KEPT_BYTES = 8 * 2 ** 30

/** The type of the nodes that write files. */
const EXPORT = 'output/export'

/** `marigold run`. Exit status: 0 when everything was computed and written. */
export async function run(command: RunCommand, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const say = (text: string): void => (command.quiet ? undefined : terminal.err(line(text)))
  const { document: read, problems } = await readGraph(command.graph, signal)
  for (const { code, message } of problems) say(`note [${code}] ${message}`)
  const shelf = shelfOnDisk()
  const document = await changed(read, command, shelf, signal)
  const out = new OutputFolder(command.out)
  if (flatten(document).document.nodes.some(({ type }) => type === EXPORT)) await out.check()
  if (command.report !== undefined) await checkReport(command.report)
  const report = await compute(document, command, { shelf, out, terminal, signal })
  for (const path of out.written) say(`wrote ${path}`)
  const why = report.reason === undefined ? '' : `. ${report.reason}`
  say(`${(report.ms / 1000).toFixed(1)} s on ${report.adapter}${why}`)
  for (const needed of new Set((report.skipped ?? []).map(({ failed }) => failed))) {
    const nodes = (report.skipped ?? []).filter(({ failed }) => failed === needed).map(({ node }) => node)
    say(`skipped ${nodes.join(', ')}: needs node "${needed}"`)
  }
  const errors = [...(report.failed ?? []), ...(report.blocked ?? [])]
  for (const error of errors) terminal.err(errorLine(error))
  if (errors.length === 0 && out.written.length === 0) say('note: the graph has no Export node, so no file was written')
  if (command.report !== undefined) await writeReport(command.report, report, terminal)
  return errors.length === 0 ? 0 : 1
}

/** The graph with what the command line sets. */
async function changed(
  document: GraphDocument,
  command: RunCommand,
  shelf: PictureShelf,
  signal: AbortSignal,
): Promise<GraphDocument> {
  const pictures: PictureRef[] = []
  for (const path of command.images) pictures.push(await addFile(shelf, path, signal))
  const set = withSettings(withPictures(document, nodes, pictures), nodes, command.settings)
  return command.checkpoint === undefined ? set : withCheckpoint(set, nodes, await checkpointId(command.checkpoint))
}

/** Where `--cache` says; a folder that cannot be used is a warning: everything can be computed. */
function kept({ cache }: RunCommand, { info, runtime }: Compute, terminal: Terminal) {
  if (cache === undefined) return {}
  const folder = resolve(cache, keptUnder(info, runtime.half))
  void removeOlder(diskFolders(resolve(cache))).catch(() => undefined)
  const files = diskFiles(folder)
  const trouble = (error: unknown): void =>
    terminal.err(line(`warning --cache: nothing more is kept in ${folder}: ${plainError(error).message}`))
  return { tiers: tiers(info, files, KEPT_BYTES, trouble), costs: costFile(files) }
}

interface Parts {
  readonly shelf: PictureShelf
  readonly out: OutputFolder
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

async function compute(document: GraphDocument, command: RunCommand, parts: Parts): Promise<RunReport> {
  const { shelf, out, terminal, signal } = parts
  const found = await openNodeCompute(command.backend, command.memory)
  found.runtime.prepare()
  const checkpoints = new CheckpointStore(locateOnDisk(command.checkpoint), found.runtime, {
    prompts: promptShelf(downloads()),
  })
  const progress = new ProgressLine(terminal)
  let running = ''
  const engine = new Engine({
    nodes,
    backend: found.backend,
    info: found.info,
    cacheBytes: CACHE_BYTES,
    ...kept(command, found, terminal),
    dropModels: () => checkpoints.close(),
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, shelf],
      [OutputFiles, out],
    ]),
    sources: {
      picture: (ref, aborted) => shelf.contentId(ref, aborted),
      checkpoint: async (choice, aborted) => (await checkpoints.identify(choice, aborted)).id,
      factsOf: (content) => checkpoints.factsOf(content),
    },
    listener: {
      state: (node, state) => {
        if (state.phase !== 'running') return
        const members = state.of > 1 ? `, ${memberText(state.members, state.of)}` : ''
        running = `${node.title}${members}${state.steps > 1 ? `, step ${state.step} of ${state.steps}` : ''}`
      },
      progress: (done, secondsLeft) => {
        const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`
        if (!command.quiet) progress.show(`${String(Math.round(100 * done)).padStart(3)} %  ${running}${left}`)
      },
      warned: (node, message) => {
        if (command.quiet) return
        progress.clear()
        terminal.err(line(`warning node "${node}": ${message}`))
      },
    },
  })
  try {
    return await engine.run(document, { signal })
  } finally {
    progress.clear()
    await engine.dispose()
    await checkpoints.close()
    await found.close()
  }
}
