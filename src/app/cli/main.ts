import { runCommand } from './command.ts'
import { errorLine, processTerminal } from './terminal.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())

/** Results that could not be printed are a failure. A reader that has seen enough, as `head`, closes the pipe: no fault. */
function unprinted({ code, message }: NodeJS.ErrnoException): never {
  if (code === 'EPIPE') process.exit(0)
  processTerminal.err(errorLine({ code: 'cli/not-written', message: `Standard output: ${message}.` }))
  process.exit(1)
}
process.stdout.once('error', unprinted)

const status = await runCommand(process.argv.slice(2), processTerminal, stop.signal)
// Dawn and the WebAssembly threads would keep the process alive; what was written to a pipe must get out first.
process.stdout.write('', (error) => {
  if (error) unprinted(error)
  process.stderr.write('', () => process.exit(status))
})
