import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { byteText } from '../../../src/base/byte-text.ts'
import { neededFiles } from '../../../src/weights/hub/needed-files.ts'
import {
  isRepositoryId,
  readRepository,
  readRepositoryName,
  type HubFile,
  type Repository,
} from '../../../src/weights/hub/repository.ts'
import { needed, published, UNET } from './support/checkpoint.ts'
import { COMMIT, faultHub, listed, REPOSITORY, type FaultHub } from './support/fault-hub.ts'

let server: FaultHub
beforeEach(async () => {
  server = await faultHub(published)
})
afterEach(() => server.close())

const read = (id = REPOSITORY, revision = 'main'): Promise<Repository> =>
  readRepository(server.hub, id, revision, new AbortController().signal)

describe('the list of a repository', () => {
  it('is of one commit, with lengths, hashes and the licence', async () => {
    const { id, revision, licence, files } = await read()
    expect({ id, revision, licence }).toEqual({ id: REPOSITORY, revision: COMMIT, licence: 'mit' })
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual(
      [...published].map(([path, { length }]) => [path, length]),
    )
    expect(files.find(({ path }) => path === UNET)?.hash).toMatchObject({ algorithm: 'sha256' })
    // What git itself says: git hash-object
    const empty = files.find(({ path }) => path === 'scheduler/scheduler_config.json')?.hash
    expect(empty).toEqual({ algorithm: 'git-sha1', hex: '9e26dfeeb6e641a33dae4961196235bdb965b21b' })
  })

  it('may come in several pages, which stay on the host', async () => {
    const [first = [], rest = []] = [[...published].slice(0, 5), [...published].slice(5)]
    let elsewhere = ''
    server.listing = ({ url = '' }, response) => {
      if (!url.includes('/tree/')) return false
      const last = url.includes('cursor')
      const next = last ? elsewhere : `${server.host}${url}&cursor=x`
      if (next !== '') response.setHeader('Link', `<${next}>; rel="next"`)
      response.end(JSON.stringify((last ? rest : first).map(([path, content]) => listed(path, content))))
      return true
    }
    expect((await read()).files).toHaveLength(published.size)
    elsewhere = 'http://127.0.0.1:9/elsewhere'
    expect((await read()).files).toHaveLength(published.size)
  })

  it('that is cut once is asked for again', async () => {
    let cuts = 0
    server.listing = ({ url = '' }, response) => {
      if (!url.includes('/tree/') || cuts++ > 0) return false
      response.end('[{"type":"file","pa')
      return true
    }
    expect((await read()).files).toHaveLength(published.size)
    expect(server.waits).toHaveLength(1)
  })

  it.each([
    ['no JSON', 'hello'],
    ['no list', '{}'],
    ['a file without a hash', '[{"type":"file","path":"a","size":1}]'],
    ['a length that is none', `[{"type":"file","path":"a","size":-1,"oid":"${COMMIT}"}]`],
    ['another hash', '[{"type":"file","path":"a","size":1,"oid":"x","lfs":{"oid":"sha256:x","size":1}}]'],
  ])('with %s is refused', async (_what, text) => {
    server.listing = ({ url = '' }, response) => {
      if (!url.includes('/tree/')) return false
      response.end(text)
      return true
    }
    await expect(read()).rejects.toMatchObject({ code: 'checkpoint/bad-listing', fix: expect.any(String) })
  })

  it('with a path that leads out of the folder is refused', async () => {
    server.listing = ({ url = '' }, response) => {
      if (!url.includes('/tree/')) return false
      response.end(JSON.stringify([listed('../../.bashrc', new Uint8Array(1))]))
      return true
    }
    await expect(read()).rejects.toMatchObject({ code: 'checkpoint/unsafe-path' })
  })

  it('of no repository, or no revision, says so', async () => {
    await expect(read('someone/other')).rejects.toMatchObject({ code: 'checkpoint/not-found' })
    await expect(read(REPOSITORY, 'v9')).rejects.toMatchObject({ code: 'checkpoint/not-found' })
  })

  it.each(['', 'a', 'a/b/c', '../b', 'a/..', 'a/.', '/b', 'a/', 'a b/c', 'a/b?x', 'a/b--c', 'a\\b/c'])(
    '%j is no name of a repository',
    async (id) => {
      expect(isRepositoryId(id)).toBe(false)
      await expect(read(id)).rejects.toMatchObject({ code: 'checkpoint/bad-name' })
    },
  )
})

it.each([
  ['owner/name', { id: 'owner/name', revision: undefined }],
  [' owner/name@v1.0 ', { id: 'owner/name', revision: 'v1.0' }],
  ['owner/name@refs/pr/1', { id: 'owner/name', revision: 'refs/pr/1' }],
  ['name', undefined],
  ['owner/name@', undefined],
  ['owner/name@../v1', undefined],
  ['owner/name@a@b', undefined],
  ['https://huggingface.co/owner/name', undefined],
])('%j names a repository and a revision: %o', (text, name) => {
  expect(readRepositoryName(text)).toEqual(name)
})

describe('the files of a checkpoint', () => {
  const file = (path: string): HubFile => ({ path, bytes: 1, hash: { algorithm: 'git-sha1', hex: COMMIT } })
  const of = (...paths: readonly string[]): Repository => ({
    id: REPOSITORY,
    revision: COMMIT,
    licence: undefined,
    pipeline: undefined,
    files: paths.map(file),
  })
  const parts = ['vae/diffusion_pytorch_model.safetensors', 'text_encoder/model.safetensors', 'model_index.json']

  it('are those that are read, in half precision where it is published', async () => {
    const { files, variants } = neededFiles(await read(), 'fp16')
    expect(files.map(({ path }) => path)).toEqual(needed)
    expect(variants).toEqual({ unet: 'fp16', vae: 'full', text_encoder: 'fp16' })
  })

  it('are in full precision when that is wanted', async () => {
    const { files, variants } = neededFiles(await read(), 'full')
    expect(files[0]?.path).toBe('unet/diffusion_pytorch_model.safetensors')
    expect(variants).toEqual({ unet: 'full', vae: 'full', text_encoder: 'fp16' })
  })

  it.each([
    ['full', 'unet/diffusion_pytorch_model-0000', 'unet/diffusion_pytorch_model.safetensors.index.json'],
    ['fp16', 'unet/diffusion_pytorch_model.fp16-0000', 'unet/diffusion_pytorch_model.safetensors.index.fp16.json'],
  ] as const)('%s in shards end with their index, without which no shard is used', (variant, shard, index) => {
    const shards = [1, 2].map((n) => `${shard}${n}-of-00002.safetensors`)
    const other = variant === 'full' ? 'unet/diffusion_pytorch_model.fp16-00001-of-00001.safetensors' : 'unet/x.bin'
    const { files } = neededFiles(of(index, other, ...shards, ...parts), variant)
    expect(files.map(({ path }) => path)).toEqual([...shards, ...parts.slice(0, 2), index, 'model_index.json'])
  })

  it.each([
    ['at the root', ''],
    ['in vae', 'vae/'],
  ])('of an autoencoder alone, %s, are its config and weights', (_, folder) => {
    const own = ['LICENSE', 'diffusion_pytorch_model.safetensors', 'config.json'].map((path) =>
      path === 'LICENSE' ? path : folder + path,
    )
    const others = [
      'README.md',
      'taesd_decoder.safetensors',
      'taesd_encoder.safetensors',
      'diffusion_pytorch_model.bin',
    ]
    const { files, variants } = neededFiles(of(...others, ...own), 'fp16')
    expect(files.map(({ path }) => path).sort()).toEqual([...own].sort())
    expect(files.at(-1)?.path).toBe(`${folder}config.json`)
    expect(variants).toEqual({ vae: 'full' })
  })

  it('that is none, or holds no safetensors, are refused', () => {
    expect(() => neededFiles(of('config.json'), 'fp16')).toThrow(
      expect.objectContaining({ code: 'checkpoint/not-diffusers' }),
    )
    expect(() => neededFiles(of('config.json', 'diffusion_pytorch_model.bin'), 'fp16')).toThrow(
      expect.objectContaining({ code: 'checkpoint/missing-file', message: expect.stringContaining('vae') }),
    )
    expect(() => neededFiles(of('vae/config.json', 'unet/config.json', ...parts.slice(0, 1)), 'fp16')).toThrow(
      expect.objectContaining({ code: 'checkpoint/not-diffusers' }),
    )
    expect(() => neededFiles(of(...parts, 'unet/diffusion_pytorch_model.bin'), 'fp16')).toThrow(
      expect.objectContaining({ code: 'checkpoint/missing-file', message: expect.stringContaining('unet') }),
    )
  })
})

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.00 kB'],
  [999_600, '1.00 MB'],
  [2_580_000_000, '2.58 GB'],
  [123_456_789, '123 MB'],
])('%d bytes are said as %s', (bytes, text) => {
  expect(byteText(bytes)).toBe(text)
})
