import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskFiles, diskFolders } from '../../../src/app/results/disk-files.ts'
import { costFile, elsewhere, keptUnder, removeOlder } from '../../../src/app/results/kept.ts'
import { version } from '../../../package.json'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-kept-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const wasm = keptUnder({ backend: 'wasm', adapter: '' }, false)
const half = keptUnder({ backend: 'webgpu', adapter: '' }, true)

async function keep(name: string, ...bytes: readonly number[]): Promise<void> {
  const files = diskFiles(join(folder, name))
  await Promise.all(bytes.map((size, i) => files.write(`k${i}-900-${size}`, new Uint8Array(size))))
  await costFile(files).write({})
}

test('what other versions have kept is removed, and nothing that only looks like it', async () => {
  await keep(wasm, 10)
  await keep(half, 10)
  await keep('results-0.0.1-wasm', 10, 20)
  await keep('results-9.1.0-beta.2-webgpu-half', 10)
  await keep('results-mine-wasm', 10)
  await mkdir(join(folder, 'results-0.0.2-wasm'))
  await writeFile(join(folder, 'results-0.0.2-wasm', 'thesis.txt'), 'mine')
  await writeFile(join(folder, 'results-0.0.3-wasm'), 'a file')
  await removeOlder(diskFolders(folder))
  expect((await readdir(folder)).toSorted()).toEqual(
    [wasm, half, 'results-mine-wasm', 'results-0.0.2-wasm', 'results-0.0.3-wasm'].toSorted(),
  )
  expect(await readdir(join(folder, 'results-0.0.2-wasm'))).toEqual(['thesis.txt'])
  expect(await diskFiles(join(folder, wasm)).list()).toHaveLength(2)
})

test('the results of other backends count, and are forgotten; what computing takes is not', async () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
  await keep(wasm, 10, 20)
  await keep(half, 100, 200)
  await keep('results-0.0.1-wasm', 1000)
  const others = elsewhere(diskFolders(folder), wasm)
  expect(await others.bytes()).toBe(300)
  await others.clear()
  expect(await others.bytes()).toBe(0)
  expect(await diskFiles(join(folder, half)).list()).toEqual(['costs'])
  expect(await diskFiles(join(folder, wasm)).list()).toHaveLength(3)
})

test('a folder that is not there yet keeps nothing', async () => {
  const folders = diskFolders(join(folder, 'none'))
  await removeOlder(folders)
  expect(await elsewhere(folders, wasm).bytes()).toBe(0)
})
