import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { ServedFile } from '../../weights/served-folder.ts'

interface Served {
  readonly url: string
  readonly folder: string
  readonly keep: (file: string) => boolean
}

/** Folders that the page fetches at run time, by URL prefix. They are copied beside the built page as they are. */
const FOLDERS: readonly Served[] = [
  { url: 'ort', folder: 'node_modules/onnxruntime-web/dist', keep: isRuntimeBinary },
  { url: 'models/marigold-nano', folder: 'models/marigold-nano', keep: isCheckpointFile },
  { url: 'examples/images', folder: 'examples/images', keep: isPicture },
]

/** In every served folder: path, bytes and sha256 of its files, since a web server lists none. */
const LISTING = 'files.json'

const MIME: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
}

/** onnxruntime's glue and WebAssembly in the three builds that session.ts can choose from. */
function isRuntimeBinary(file: string): boolean {
  return /^ort-wasm-simd-threaded(\.asyncify|\.jspi)?\.(mjs|wasm)$/.test(basename(file))
}

function isCheckpointFile(file: string): boolean {
  return ['.json', '.txt', '.safetensors'].includes(extname(file))
}

function isPicture(file: string): boolean {
  return ['.jpg', '.png', '.webp'].includes(extname(file))
}

/** Serves FOLDERS in development and copies them into the build. */
export function servedFiles(): Plugin {
  let root = ''
  let out = ''
  return {
    name: 'served-files',
    configResolved(config) {
      root = config.root
      out = resolve(config.root, config.build.outDir)
    },
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').replace(/^\//, '')
        const served = FOLDERS.find(({ url }) => path.startsWith(`${url}/`))
        const file = served && join(root, served.folder, path.slice(served.url.length + 1))
        if (!served || !file || path.includes('..') || !(served.keep(file) || basename(file) === LISTING)) return next()
        if (basename(file) === LISTING)
          return response.setHeader('Content-Type', 'application/json').end(await listing(served, root))
        const size = await stat(file).then(
          (found) => found.size,
          () => undefined,
        )
        if (size === undefined) return next()
        response.setHeader('Content-Type', typeOf(file))
        response.setHeader('Content-Length', size)
        createReadStream(file).pipe(response)
      })
    },
    configurePreviewServer(server) {
      // A type that it does not know it would compress on each request, which takes longer than weights take to send.
      server.middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?')
        if (extname(path) === '.safetensors') response.setHeader('Content-Type', typeOf(path))
        next()
      })
    },
    async writeBundle() {
      for (const served of FOLDERS) {
        for (const file of await kept(served, root)) {
          await cp(join(root, served.folder, file), join(out, served.url, file))
        }
        await mkdir(join(out, served.url), { recursive: true })
        await writeFile(join(out, served.url, LISTING), await listing(served, root))
      }
    },
  }
}

const typeOf = (file: string): string => MIME[extname(file)] ?? 'application/octet-stream'

async function kept({ folder, keep }: Served, root: string): Promise<readonly string[]> {
  const files = await readdir(join(root, folder), { recursive: true }).catch(() => [])
  return files.map((file) => file.replaceAll('\\', '/')).filter(keep)
}

async function listing(served: Served, root: string): Promise<string> {
  const files = [...(await kept(served, root))].sort()
  const rows = files.map(async (path): Promise<Required<ServedFile>> => {
    const content = await readFile(join(root, served.folder, path))
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  })
  return JSON.stringify(await Promise.all(rows))
}
