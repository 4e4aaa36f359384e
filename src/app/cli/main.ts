import { runCommand } from './command.ts'
import { processTerminal } from './terminal.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())

const status = await runCommand(process.argv.slice(2), processTerminal, stop.signal)
// Dawn and the WebAssembly threads would keep the process alive; what was written to a pipe must get out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(status)))
