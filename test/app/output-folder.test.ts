import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand } from '../../src/app/cli/command.ts'
import { OutputFolder } from '../../src/app/cli/output-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('numbers the second file of one name, and leaves no temporary file', async () => {
  const out = new OutputFolder(join(folder, 'out'))
  await out.write('depth.png', Uint8Array.of(1))
  await out.write('depth.png', Uint8Array.of(2))
  expect((await readdir(out.folder)).sort()).toEqual(['depth-2.png', 'depth.png'])
  expect([...(await readFile(join(out.folder, 'depth-2.png')))]).toEqual([2])
})

it('leaves nothing behind where a file cannot be written', async () => {
  await mkdir(join(folder, 'depth.png'))
  const writing = new OutputFolder(folder).write('depth.png', Uint8Array.of(1))
  await expect(writing).rejects.toMatchObject({ code: 'cli/not-written' })
  expect(await readdir(folder)).toEqual(['depth.png'])
})

it('a stopped run ends with 130 and one line', async () => {
  let said = ''
  const terminal = { out: () => undefined, err: (text: string) => void (said += text), screen: false }
  const words = ['run', 'examples/depth.json', '--backend', 'wasm', '--out', folder]
  expect(await runCommand(words, terminal, AbortSignal.abort())).toBe(130)
  expect(said).toMatch(/^error \[engine\/cancelled\][^\n]*\n$/)
})
