import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { plainError } from '../../base/errors.ts'
import { cancelled } from '../../engine/run.ts'
import { parseCommand } from './arguments.ts'
import { check } from './check.ts'
import { downloadCheckpoint } from './download.ts'
import { HELP } from './help.ts'
import { listNodes } from './list-nodes.ts'
import { manageDownloads } from './manage-downloads.ts'
import { ROOT } from './root.ts'
import { run } from './run.ts'
import { settingHint } from './setting-hint.ts'
import { errorLine, type Terminal } from './terminal.ts'

/** What shells give a program that Ctrl-C ended: 128 + SIGINT. */
const STOPPED = 130

/**
 * One call of the command line. Resolves to the exit status; 2 for words that it does not understand,
 * 130 when it was stopped.
 */
export async function runCommand(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  let command
  try {
    command = parseCommand(argv)
  } catch (error) {
    const { fix = '', ...usage } = plainError(error)
    terminal.err(errorLine({ ...usage, fix: `${await settingHint(argv, signal)}${fix}` }))
    return 2
  }
  try {
    switch (command.command) {
      case 'run':
        return await run(command, terminal, signal)
      case 'check':
        return await check(command.graph, command.json, terminal, signal)
      case 'nodes':
        return listNodes(command.json, terminal)
      case 'download':
        return await downloadCheckpoint(command, terminal, signal)
      case 'downloads':
        return await manageDownloads(command, terminal, signal)
      case 'help':
        terminal.out(HELP)
        return 0
      case 'version': {
        const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
        terminal.out(`${version}\n`)
        return 0
      }
    }
  } catch (error) {
    terminal.err(errorLine(plainError(signal.aborted ? cancelled() : error)))
    return signal.aborted ? STOPPED : 1
  }
}
