import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { diskFiles } from '../../../src/app/results/disk-files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-results-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a folder that is not there yet is empty, and made by the first write', async () => {
  const files = diskFiles(join(folder, 'a', 'b'))
  expect(await files.list()).toEqual([])
  expect(await files.read('x')).toBe(undefined)
  await files.write('x', Uint8Array.of(1, 2, 3))
  expect([await files.list(), [...((await files.read('x')) ?? [])]]).toEqual([['x'], [1, 2, 3]])
  await files.remove('x')
  await files.remove('x')
  expect(await files.list()).toEqual([])
})

test('writing again replaces the file whole and leaves nothing else', async () => {
  const files = diskFiles(folder)
  await Promise.all([1, 2, 3].map((n) => files.write(`x${n}`, new Uint8Array(1000).fill(n))))
  await files.write('x1', Uint8Array.of(9))
  expect((await readdir(folder)).toSorted()).toEqual(['x1', 'x2', 'x3'])
  expect([...((await files.read('x1')) ?? [])]).toEqual([9])
})

test('what a killed process left half-written is not listed', async () => {
  await writeFile(join(folder, 'x.123.part'), 'half')
  expect(await diskFiles(folder).list()).toEqual([])
})

test('a folder that is a file is an error to the caller, not an empty folder', async () => {
  await writeFile(join(folder, 'file'), '')
  const files = diskFiles(join(folder, 'file'))
  await expect(files.list()).rejects.toThrow()
  await expect(files.write('x', Uint8Array.of(1))).rejects.toThrow()
})
