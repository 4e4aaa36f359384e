import type { PlainError } from '../../base/errors.ts'

/** Where the command line speaks: results on stdout, everything else on stderr. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** True when stderr is a screen, on which a line can be written over. */
  readonly screen: boolean
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  screen: process.stderr.isTTY === true,
}

/** One line: `error [code] node "id": what is wrong. What to do.` */
export function errorLine({ code, message, fix, node }: PlainError): string {
  const where = node === undefined ? '' : ` node "${node}":`
  const text = `error [${code}]${where} ${message}${fix === undefined ? '' : ` ${fix}`}`
  return `${text.replace(/\s*\n\s*/g, ' ')}\n`
}

/** A line that is written over, on a screen; nothing elsewhere. */
export class ProgressLine {
  #shown = 0

  constructor(readonly terminal: Terminal) {}

  show(text: string): void {
    if (!this.terminal.screen) return
    const line = text.slice(0, 78)
    this.terminal.err(`\r${line.padEnd(this.#shown)}`)
    this.#shown = line.length
  }

  clear(): void {
    if (this.#shown > 0) this.terminal.err(`\r${' '.repeat(this.#shown)}\r`)
    this.#shown = 0
  }
}
