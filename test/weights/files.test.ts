import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../src/base/hash.ts'
import { checkPath, memoryFiles, readJson, type CheckpointFiles } from '../../src/weights/files.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { pickedFolder } from '../../src/weights/picked-folder.ts'
import { servedFolder } from '../../src/weights/served-folder.ts'

const text = (words: string) => new TextEncoder().encode(words)
const contents = new Map([
  ['model_index.json', text('{"a":1}')],
  ['unet/config.json', text('[]')],
  ['unet/weights.safetensors', text('0123456789')],
])

let disk: string
let server: Server
let base: string
let answer: RequestListener

const serve: RequestListener = (request, response) => {
  const bytes = contents.get(decodeURIComponent(request.url ?? '').slice(1))
  if (bytes === undefined) response.writeHead(404).end()
  else response.end(bytes)
}

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'checkpoint-'))
  await mkdir(join(disk, 'ckpt/unet'), { recursive: true })
  for (const [path, bytes] of contents) await writeFile(join(disk, 'ckpt', path), bytes)
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  answer = serve
})
afterEach(() => {
  answer = serve
})
afterAll(async () => {
  await rm(disk, { recursive: true })
  await new Promise((done) => server.close(done))
})

const picked = () => new Map([...contents].map(([path, bytes]) => [path, new Blob([bytes])]))

const served = (change: Partial<{ bytes: number; sha256: string }> = {}) =>
  servedFolder({
    name: 'ckpt',
    base: `${base}/`,
    files: [...contents].map(([path, data]) => ({ path, bytes: data.length, ...change })),
  })

const folders: readonly [string, () => CheckpointFiles | Promise<CheckpointFiles>][] = [
  ['in memory', () => memoryFiles('ckpt', contents)],
  ['picked in a page', () => pickedFolder('ckpt', picked())],
  ['behind a URL', () => served()],
  ['on the disk', () => nodeFolder(join(disk, 'ckpt'))],
]

describe.each(folders)('a folder %s', (_, make) => {
  it('lists its files with their sizes', async () => {
    const files = await make()
    expect(files.name).toBe('ckpt')
    expect(new Map([...files.sizes].sort())).toEqual(new Map([...contents].map(([path, { length }]) => [path, length])))
  })

  it('gives any part of a file', async () => {
    const source = await (await make()).open('unet/weights.safetensors')
    expect(source.size).toBe(10)
    expect(new TextDecoder().decode(await source.slice(3, 6))).toBe('345')
    expect((await source.slice(10, 10)).length).toBe(0)
  })

  it('gives any part of a file at once too, once it is held', async () => {
    const held = await (await (await make()).open('unet/weights.safetensors')).hold()
    expect(new TextDecoder().decode(held.read(3, 6))).toBe('345')
    expect(() => held.read(5, 11)).toThrowError(expect.objectContaining({ code: 'weights/truncated' }))
    held.close()
  })

  it.each([
    [0, 11],
    [-1, 2],
    [5, 4],
    [0, 0.5],
    [NaN, NaN],
  ])('refuses bytes %d to %d, outside the file', async (begin, end) => {
    const source = await (await make()).open('unet/weights.safetensors')
    await expect(source.slice(begin, end)).rejects.toMatchObject({ code: 'weights/truncated' })
  })

  it.each(['unet/none.json', '', 'constructor'])('says that it has no file %j', async (path) => {
    const files = await make()
    await expect(files.open(path)).rejects.toMatchObject({ code: expect.stringMatching(/missing-file|unsafe-path/) })
  })

  it.each(['../ckpt/model_index.json', 'unet/../model_index.json', '/etc/passwd', 'unet//config.json'])(
    'opens nothing by the path %s',
    async (path) => {
      const files = await make()
      await expect(files.open(path)).rejects.toMatchObject({ code: expect.stringMatching(/missing-file|unsafe-path/) })
    },
  )

  it('reads JSON objects, and only those', async () => {
    const files = await make()
    expect(await readJson(files, 'model_index.json')).toEqual({ a: 1 })
    await expect(readJson(files, 'unet/config.json')).rejects.toMatchObject({ code: 'checkpoint/bad-json' })
    await expect(readJson(files, 'unet/weights.safetensors')).rejects.toMatchObject({ code: 'checkpoint/bad-json' })
  })
})

describe('paths', () => {
  it.each(['a', 'unet/config.json', 'a b/ü.json', '..a/b..'])('%s stays inside', (path) => {
    expect(checkPath(path)).toBe(path)
  })
  it.each(['', '.', '..', '../a', 'a/..', 'a/../../b', '/a', 'a/', 'a//b', 'C:\\a', 'a\\b', 'file:a', 'a\nb', 'a\0'])(
    '%j is refused',
    (path) => {
      expect(() => checkPath(path)).toThrowError(expect.objectContaining({ code: 'checkpoint/unsafe-path' }))
    },
  )
})

describe('on the disk', () => {
  it('links to files are followed, as in the Hugging Face cache; links to folders and hidden files are not', async () => {
    const snapshot = join(disk, 'snapshots/rev')
    await mkdir(snapshot, { recursive: true })
    await symlink(join(disk, 'ckpt/model_index.json'), join(snapshot, 'model_index.json'))
    await symlink(snapshot, join(snapshot, 'loop'))
    await symlink(join(disk, 'gone'), join(snapshot, 'broken'))
    await writeFile(join(snapshot, '.hidden'), 'x')
    const files = await nodeFolder(snapshot)
    expect([...files.sizes]).toEqual([['model_index.json', 7]])
    expect(await readJson(files, 'model_index.json')).toEqual({ a: 1 })
  })

  it('a folder that is not there is a typed error', async () => {
    await expect(nodeFolder(join(disk, 'none'))).rejects.toMatchObject({ code: 'checkpoint/missing-file' })
  })

  it('parts that are read at once are read into the same memory', async () => {
    const held = await (await (await nodeFolder(join(disk, 'ckpt'))).open('unet/weights.safetensors')).hold()
    const [first, second] = [held.read(0, 6), held.read(6, 10)]
    expect(new TextDecoder().decode(second)).toBe('6789')
    expect(second.buffer).toBe(first.buffer)
    held.close()
  })

  it('a file that is changed or goes after the folder was listed is a typed error', async () => {
    await mkdir(join(disk, 'shrinking'))
    await writeFile(join(disk, 'shrinking/a'), '0123456789')
    const files = await nodeFolder(join(disk, 'shrinking'))
    const source = await files.open('a')
    const held = await source.hold()
    await writeFile(join(disk, 'shrinking/a'), '9876543210')
    await utimes(join(disk, 'shrinking/a'), 1, 1)
    const changed = { code: 'weights/changed', fix: expect.stringContaining('Run again') }
    await expect(source.slice(2, 8)).rejects.toMatchObject(changed)
    expect(() => held.read(2, 8)).toThrowError(expect.objectContaining({ code: 'weights/changed' }))
    held.close()
    await truncate(join(disk, 'shrinking/a'), 4)
    await expect((await files.open('a')).slice(2, 8)).rejects.toMatchObject(changed)
    await rm(join(disk, 'shrinking/a'))
    await expect(source.slice(0, 1)).rejects.toMatchObject({ code: 'weights/unreadable' })
    await expect(source.hold()).rejects.toMatchObject({ code: 'weights/unreadable' })
  })
})

describe('behind a URL', () => {
  it('a file is downloaded once, with progress', async () => {
    let requests = 0
    answer = (request, response) => {
      requests += 1
      serve(request, response)
    }
    const seen: [string, number, number][] = []
    const files = servedFolder(
      { name: 'x', base, files: [{ path: 'unet/weights.safetensors', bytes: 10 }] },
      (...now) => seen.push(now),
    )
    await Promise.all([files.open('unet/weights.safetensors'), files.open('unet/weights.safetensors')])
    await files.open('unet/weights.safetensors')
    expect(requests).toBe(1)
    expect(seen.at(-1)).toEqual(['unet/weights.safetensors', 10, 10])
  })

  it('its content is checked against the hash', async () => {
    const hash = await sha256(text('0123456789'))
    await expect(served({ sha256: hash }).open('unet/weights.safetensors')).resolves.toMatchObject({ size: 10 })
    await expect(served({ sha256: hash }).open('model_index.json')).rejects.toMatchObject({
      code: 'weights/wrong-content',
    })
  })

  it('a file shorter or longer than listed is refused', async () => {
    await expect(served({ bytes: 11 }).open('unet/weights.safetensors')).rejects.toMatchObject({
      code: 'weights/truncated',
    })
    await expect(served({ bytes: 9 }).open('unet/weights.safetensors')).rejects.toMatchObject({
      code: 'weights/wrong-content',
    })
  })

  it('a failed download is reported and tried again when opened again', async () => {
    const files = served()
    answer = (_request, response) => response.writeHead(503).end()
    await expect(files.open('model_index.json')).rejects.toMatchObject({ code: 'checkpoint/download-failed' })
    answer = (request) => request.socket.destroy()
    await expect(files.open('model_index.json')).rejects.toMatchObject({ code: 'checkpoint/download-failed' })
    answer = serve
    expect(await readJson(files, 'model_index.json')).toEqual({ a: 1 })
  })

  it('an aborted download ends with the reason given', async () => {
    answer = (_request, response) => void response.write('{')
    const abort = new AbortController()
    const opening = served().open('model_index.json', abort.signal)
    setTimeout(() => abort.abort(new Error('stopped')), 20)
    await expect(opening).rejects.toThrow('stopped')
  })
})
