import { createInterface } from 'node:readline/promises'
import type { PlainError } from '../../base/errors.ts'
import { singleLine } from '../../graph/text.ts'

/** Where the command line speaks: results on stdout, everything else on stderr. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** True when stderr is a screen, on which a line can be written over. */
  readonly screen: boolean
  /** Asks a person, who answers y for yes; undefined where nobody can be asked. Rejects with the signal's reason. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<boolean>
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  screen: process.stderr.isTTY === true,
  ...(process.stdin.isTTY === true && process.stderr.isTTY === true && { ask: askPerson }),
}

async function askPerson(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(question, { signal })).trim())
  } finally {
    lines.close()
  }
}

/** Longer lines are cut: a file may hold names of any length. */
const LONGEST = 2_000

/** One line to print. Texts of files may hold what steers a terminal: such characters are left out. */
export const line = (text: string): string => `${singleLine(text.replace(/\s*\n\s*/g, ' '), LONGEST)}\n`

/** `error [code] node "id": what is wrong. What to do.` */
export const errorLine = (error: PlainError): string => line(`error ${described(error)}`)

/** `[code] node "id": what is wrong. What to do.` */
export function described({ code, message, fix, node }: PlainError): string {
  const where = node === undefined ? '' : ` node "${node}":`
  return `[${code}]${where} ${message}${fix === undefined ? '' : ` ${fix}`}`
}

/** A line that is written over, on a screen; nothing elsewhere. */
export class ProgressLine {
  #shown = 0

  constructor(readonly terminal: Terminal) {}

  show(text: string): void {
    if (!this.terminal.screen) return
    const shown = singleLine(text, 78)
    this.terminal.err(`\r${shown.padEnd(this.#shown)}`)
    this.#shown = shown.length
  }

  clear(): void {
    if (this.#shown > 0) this.terminal.err(`\r${' '.repeat(this.#shown)}\r`)
    this.#shown = 0
  }
}
