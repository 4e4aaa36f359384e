import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../base/errors.ts'
import type { RunReport } from '../../engine/events.ts'
import { checkWritable, makeFolder } from './folder.ts'
import type { Terminal } from './terminal.ts'
import { writeWhole } from './write-whole.ts'

/** The path that stands for standard output. */
const STDOUT = '-'

/** Throws `cli/not-written` where it can be told before anything is computed that the report could not be written. */
export async function checkReport(path: string): Promise<void> {
  if (path === STDOUT) return
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) throw notWritten(`The report ${path} could not be written: it is a folder.`)
  if (found !== undefined && !found.isFile()) return
  await checkWritable(dirname(path)).catch((cause: unknown) => {
    throw notWritten(`The report ${path} could not be written to its folder.`, cause)
  })
}

export async function writeReport(path: string, report: RunReport, terminal: Terminal): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`
  if (path === STDOUT) return terminal.out(text)
  await makeFolder(dirname(path))
    .then(() => writeWhole(path, text))
    .catch((cause: unknown) => {
      throw notWritten(`The report ${path} could not be written.`, cause)
    })
}

const notWritten = (message: string, cause?: unknown): AppError =>
  new AppError('cli/not-written', message, { fix: 'Check the path given with --report.', cause })
