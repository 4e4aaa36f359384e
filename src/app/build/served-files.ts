import { createReadStream } from 'node:fs'
import { cp, readdir, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

/** Folders that the page fetches at run time, by URL prefix. They are copied beside the built page as they are. */
const FOLDERS: readonly { readonly url: string; readonly folder: string; readonly keep: (file: string) => boolean }[] =
  [
    { url: 'ort', folder: 'node_modules/onnxruntime-web/dist', keep: isRuntimeBinary },
    { url: 'models/marigold-nano', folder: 'models/marigold-nano', keep: isCheckpointFile },
    { url: 'examples/images', folder: 'examples/images', keep: isPicture },
  ]

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
        if (!served || !file || path.includes('..') || !served.keep(file)) return next()
        const size = await stat(file).then(
          (found) => found.size,
          () => undefined,
        )
        if (size === undefined) return next()
        response.setHeader('Content-Type', MIME[extname(file)] ?? 'application/octet-stream')
        response.setHeader('Content-Length', size)
        createReadStream(file).pipe(response)
      })
    },
    async writeBundle() {
      for (const { url, folder, keep } of FOLDERS) {
        const from = join(root, folder)
        for (const file of await readdir(from, { recursive: true }).catch(() => [])) {
          if (keep(file)) await cp(join(from, file), join(out, url, file))
        }
      }
    },
  }
}
