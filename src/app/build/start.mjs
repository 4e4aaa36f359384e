// `npm start`: builds what is missing, serves the editor, and opens a browser where there is one to open.
import { platform } from 'node:os'
import { ensureBuilt, ROOT } from './ensure-built.mjs'

await ensureBuilt('page')
const { preview } = await import('vite')
const hasDisplay = platform() !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
const port = process.env.PORT === undefined ? 4173 : Number(process.env.PORT)
const server = await preview({ root: ROOT, preview: { port, open: Boolean(hasDisplay) && !process.env.CI } })
process.stdout.write(`\n  Marigold Nodes is at ${server.resolvedUrls?.local[0]}\n  Press Ctrl+C to stop.\n\n`)
