import { Checkpoints } from '../../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../../models/checkpoint/store.ts'
import { AppError } from '../../base/errors.ts'
import { bindServices } from '../../base/service.ts'
import { Engine } from '../../engine/engine.ts'
import type { RunReport } from '../../engine/events.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { OutputFiles, Pictures, type PictureRef } from '../../node/index.ts'
import { openNodeCompute } from '../compute/node.ts'
import type { PictureShelf } from '../pictures/shelf.ts'
import { nodes } from '../registry.ts'
import type { RunCommand } from './arguments.ts'
import { readGraph } from './graph-file.ts'
import { OutputFolder } from './output-folder.ts'
import { withCheckpoint, withPictures, withSettings } from './settings.ts'
import { addFile, GIVEN, locateOnDisk, shelfOnDisk } from './sources.ts'
import { errorLine, ProgressLine, type Terminal } from './terminal.ts'
import { writeWhole } from './write-whole.ts'

const CACHE_BYTES = 2 * 2 ** 30

/** `marigold run`. Exit status: 0 when everything was computed and written. */
export async function run(command: RunCommand, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const say = (text: string): void => (command.quiet ? undefined : terminal.err(text))
  const { document: read, problems } = await readGraph(command.graph)
  for (const { code, message } of problems) say(`note [${code}] ${message}\n`)
  const shelf = shelfOnDisk()
  const document = await changed(read, command, shelf)
  const out = new OutputFolder(command.out)
  const report = await compute(document, command, { shelf, out, terminal, signal })
  for (const path of out.written) say(`wrote ${path}\n`)
  if (command.report !== undefined) await writeReport(command.report, report)
  say(`${(report.ms / 1000).toFixed(1)} s on ${report.adapter}\n`)
  for (const needed of new Set((report.skipped ?? []).map(({ failed }) => failed))) {
    const nodes = (report.skipped ?? []).filter(({ failed }) => failed === needed).map(({ node }) => node)
    say(`skipped ${nodes.join(', ')}: needs node "${needed}"\n`)
  }
  const blocked = (report.blocked ?? []).map(({ message, code, ...rest }) => ({
    ...rest,
    code: 'cli/blocked',
    message: `${message} [${code}]`,
  }))
  const errors = [...(report.failed ?? []), ...blocked]
  for (const error of errors) terminal.err(errorLine(error))
  return errors.length === 0 ? 0 : 1
}

/** The graph with what the command line sets. */
async function changed(document: GraphDocument, command: RunCommand, shelf: PictureShelf): Promise<GraphDocument> {
  const pictures: PictureRef[] = []
  for (const path of command.images) pictures.push(await addFile(shelf, path))
  const set = withSettings(withPictures(document, nodes, pictures), nodes, command.settings)
  return command.checkpoint === undefined ? set : withCheckpoint(set, nodes, GIVEN)
}

interface Parts {
  readonly shelf: PictureShelf
  readonly out: OutputFolder
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

async function compute(document: GraphDocument, command: RunCommand, parts: Parts): Promise<RunReport> {
  const { shelf, out, terminal, signal } = parts
  const found = await openNodeCompute(command.backend)
  found.runtime.prepare()
  const checkpoints = new CheckpointStore(locateOnDisk(command.checkpoint), found.runtime)
  const line = new ProgressLine(terminal)
  let running = ''
  const engine = new Engine({
    nodes,
    backend: found.backend,
    info: found.info,
    cacheBytes: CACHE_BYTES,
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, shelf],
      [OutputFiles, out],
    ]),
    sources: {
      picture: (ref, aborted) => shelf.contentId(ref, aborted),
      checkpoint: async (choice, aborted) => (await checkpoints.identify(choice, aborted)).id,
    },
    listener: {
      state: (node, state) => {
        if (state.phase !== 'running') return
        const member = state.of > 1 ? ` ${state.member + 1} of ${state.of}` : ''
        running = `${node.title}${member}${state.steps > 1 ? `, step ${state.step} of ${state.steps}` : ''}`
      },
      progress: (done, secondsLeft) => {
        const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`
        if (!command.quiet) line.show(`${String(Math.round(100 * done)).padStart(3)} %  ${running}${left}`)
      },
      warned: (node, message) => {
        if (command.quiet) return
        line.clear()
        terminal.err(`warning node "${node}": ${message}\n`)
      },
    },
  })
  try {
    return await engine.run(document, { signal })
  } finally {
    line.clear()
    await engine.dispose()
    await checkpoints.close()
    await found.close()
  }
}

async function writeReport(path: string, report: RunReport): Promise<void> {
  await writeWhole(path, `${JSON.stringify(report, null, 2)}\n`).catch((cause: unknown) => {
    throw new AppError('cli/not-written', `The report ${path} could not be written.`, { fix: 'Check the path.', cause })
  })
}
