import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hub, type Hub } from '../../../../src/weights/hub/hub.ts'

export const REPOSITORY = 'someone/marigold-tiny'
export const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** A request for a file's content. */
export interface Asked {
  readonly path: string
  readonly content: Uint8Array
  /** Of the bytes asked for; undefined without `Range`. */
  readonly range: { readonly begin: number; readonly end: number } | undefined
  /** How many were asked for before it. */
  readonly nth: number
}

/** Answers in place of the server; false leaves it to the server. */
export type Fault = (asked: Asked, response: ServerResponse) => boolean

/** A server that answers as the Hub does, until it is told to fail. */
export interface FaultHub {
  readonly host: string
  /** Requests for contents, in order. */
  readonly asked: Asked[]
  /** What was waited for between tries, in milliseconds. */
  readonly waits: number[]
  readonly hub: Hub
  fault: Fault
  /** Answers to the listing in place of the server's. */
  listing: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  etag: string
  close(): Promise<void>
}

const sha = (algorithm: string, ...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** As the Hub lists it: safetensors lie in large file storage, other files in git. */
export function listed(path: string, content: Uint8Array): Record<string, unknown> {
  const oid = sha('sha1', `blob ${content.length}\0`, content)
  const lfs = { oid: sha('sha256', content), size: content.length, pointerSize: 134 }
  return { type: 'file', path, size: content.length, oid, ...(path.endsWith('.safetensors') && { lfs }) }
}

export async function faultHub(
  files: ReadonlyMap<string, Uint8Array>,
  chosen: Partial<Hub> = {},
  repository = REPOSITORY,
): Promise<FaultHub> {
  const server = createServer((request, response) => {
    // As the Hub and what it redirects to allow pages.
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range, Link, Retry-After')
    const url = decodeURIComponent(request.url ?? '')
    if (url.startsWith('/api/')) {
      if (made.listing?.(request, response) !== true) list(url, response)
      return
    }
    const path = url.slice(`/${repository}/resolve/${COMMIT}/`.length)
    const content = files.get(path)
    if (content === undefined) return void response.writeHead(404).end()
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const range = first === undefined ? undefined : { begin: Number(first), end: Number(last) + 1 }
    const asked: Asked = { path, content, range, nth: made.asked.length }
    made.asked.push(asked)
    if (!made.fault(asked, response)) answer(made, asked, response)
  })
  const list = (url: string, response: ServerResponse): void => {
    const about = `/api/models/${repository}`
    if (new RegExp(`/revision/(main|v1|${COMMIT})$`).test(url) && url.startsWith(about)) {
      response.end(JSON.stringify({ id: repository, sha: COMMIT, tags: ['license:mit'], cardData: { license: 'mit' } }))
    } else if (url === `${about}/tree/${COMMIT}?recursive=true`) {
      const folders = [{ type: 'directory', path: 'unet', size: 0, oid: 'x' }]
      response.end(JSON.stringify([...folders, ...[...files].map(([path, content]) => listed(path, content))]))
    } else response.writeHead(404).end('{"error":"Repository not found"}')
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const waits: number[] = []
  const made: FaultHub = {
    host,
    asked: [],
    waits,
    hub: hub({
      host,
      pieceBytes: 1000,
      stallMs: 2000,
      wait: async (ms, signal) => {
        waits.push(ms)
        signal.throwIfAborted()
      },
      ...chosen,
    }),
    fault: () => false,
    listing: undefined,
    etag: '"one"',
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  return made
}

/** What a server in order answers. */
export function answer({ etag }: { readonly etag: string }, { content, range }: Asked, response: ServerResponse): void {
  const part = range === undefined ? content : content.subarray(range.begin, range.end)
  response.writeHead(range === undefined ? 200 : 206, headersOf(etag, content, range))
  response.end(part)
}

const headersOf = (etag: string, content: Uint8Array, range: Asked['range']): Record<string, string> => ({
  ETag: etag,
  'Content-Length': String(range === undefined ? content.length : range.end - range.begin),
  ...(range && { 'Content-Range': `bytes ${range.begin}-${range.end - 1}/${content.length}` }),
})

/** Sends a share of what was asked for, then cuts the connection. */
export function cut(share: number, { content, range }: Asked, response: ServerResponse): boolean {
  const part = content.subarray(range?.begin ?? 0, range?.end)
  response.writeHead(range === undefined ? 200 : 206, headersOf('"one"', content, range))
  response.flushHeaders()
  const sent = part.subarray(0, Math.floor(share * part.length))
  if (sent.length === 0) response.destroy()
  else response.write(sent, () => setTimeout(() => response.destroy(), 5))
  return true
}

export function status(code: number, headers: Record<string, string>, response: ServerResponse): boolean {
  response.writeHead(code, headers).end()
  return true
}

/** The whole file, as from a server that knows no ranges. */
export const whole = (of: { readonly etag: string }, asked: Asked, response: ServerResponse): boolean => {
  answer(of, { ...asked, range: undefined }, response)
  return true
}
