import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { servedCheckpoints } from '../../src/app/checkpoints.ts'

const HASH = 'a'.repeat(64)
const list = (sha256: string) => [
  { path: 'model_index.json', bytes: 2, sha256: HASH },
  { path: 'unet/diffusion_pytorch_model.safetensors', bytes: 40, sha256 },
]

let server: Server
let asked: (string | undefined)[]
let files: unknown
let base: string

beforeEach(async () => {
  asked = []
  files = list(HASH)
  server = createServer((request, response) => {
    asked.push(request.url)
    if (files === undefined) response.writeHead(404).end()
    else response.end(JSON.stringify(files))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`
})

afterEach(() => new Promise((resolve) => server.close(resolve)))

const idOf = async () =>
  (await (await servedCheckpoints(base)).locate('marigold-nano', new AbortController().signal))?.id

it('knows a checkpoint’s content id and size from the list of its files alone', async () => {
  const { rows, locate } = await servedCheckpoints(base)
  const located = await locate('marigold-nano', new AbortController().signal)
  expect(located).toMatchObject({ name: 'Marigold Nano', id: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(rows).toMatchObject([{ id: 'marigold-nano', bytes: 42 }])
  expect(asked).toEqual(['/models/marigold-nano/files.json'])
})

it('gives other weights another id, and the same ones the same', async () => {
  const before = await idOf()
  expect(await idOf()).toBe(before)
  files = list('b'.repeat(64))
  expect(await idOf()).not.toBe(before)
})

it('has no checkpoint that is not in the catalogue', async () => {
  const { locate } = await servedCheckpoints(base)
  expect(await locate('../secret', new AbortController().signal)).toBeUndefined()
})

it('says that the page must be built when the list is missing', async () => {
  files = undefined
  await expect(servedCheckpoints(base)).rejects.toMatchObject({ code: 'checkpoint/missing-file' })
})
