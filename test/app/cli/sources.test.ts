import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkpointId } from '../../../src/app/cli/sources.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['my-own', 'folder:my-own'],
  ['Über <b> fine tuned', 'folder:U-ber-b-fine-tuned'],
  ['...', 'folder:folder'],
])('a graph names the folder %s of --checkpoint without its path, as the editor does', async (name, id) => {
  const path = name === '...' ? join(folder, name) : join(folder, 'far', name)
  await mkdir(path, { recursive: true })
  expect(await checkpointId(path)).toBe(id)
  expect(await checkpointId(`${path}/`)).toBe(id)
})

it('nor does it name the path of a folder that is not there', async () => {
  expect(await checkpointId(join(folder, 'gone'))).toBe('folder:gone')
})

it('a checkpoint that is given by its name is named so', async () => {
  expect(await checkpointId('marigold-depth-v1-1')).toBe('marigold-depth-v1-1')
  expect(await checkpointId('prs-eth/marigold-depth-v1-1')).toBe('prs-eth/marigold-depth-v1-1')
})
