import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseAst } from 'vite'

/** The files of a built page that its first script imports, itself among them, before anything of it runs. */
export function firstScript(page: string): readonly string[] {
  const html = readFileSync(join(page, 'index.html'), 'utf8')
  const entries = [...html.matchAll(/<script[^>]*\ssrc="\.\/([^"]+\.js)"/g)].map(([, path = '']) => join(page, path))
  const found = new Set<string>()
  const visit = (path: string): void => {
    if (found.has(path)) return
    found.add(path)
    for (const statement of parseAst(readFileSync(path, 'utf8')).body) {
      const source = 'source' in statement ? statement.source?.value : undefined
      if (typeof source === 'string' && source.startsWith('.')) visit(join(dirname(path), source))
    }
  }
  entries.forEach(visit)
  return [...found]
}

/** Bytes that travel when a server compresses. */
export const gzipped = (path: string): number => gzipSync(readFileSync(path)).length
