import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand } from '../../../src/app/cli/command.ts'
import { OutputFolder } from '../../../src/app/cli/output-folder.ts'

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

it.runIf(process.platform === 'linux')(
  'ends where a file system says that a folder is missing although it is there',
  async () => {
    const writing = new OutputFolder('/proc/nope/deeper').write('depth.png', Uint8Array.of(1))
    await expect(writing).rejects.toMatchObject({ code: 'cli/not-written' })
  },
)

it('makes the folders above it, also when another program makes them meanwhile', async () => {
  const deep = join(folder, 'a/b/c')
  const outs = Array.from({ length: 8 }, () => new OutputFolder(deep))
  await Promise.all(outs.map((out, i) => out.write(`${i}.png`, Uint8Array.of(i))))
  expect((await readdir(deep)).sort()).toEqual(outs.map((_, i) => `${i}.png`))
})

it('writes what a link leads to, and keeps the link', async () => {
  await mkdir(join(folder, 'elsewhere'))
  await writeFile(join(folder, 'elsewhere/depth.png'), 'old')
  await symlink('elsewhere/depth.png', join(folder, 'depth.png'))
  await new OutputFolder(folder).write('depth.png', Uint8Array.of(7))
  expect((await lstat(join(folder, 'depth.png'))).isSymbolicLink()).toBe(true)
  expect([...(await readFile(join(folder, 'elsewhere/depth.png')))]).toEqual([7])
  expect(await readdir(join(folder, 'elsewhere'))).toEqual(['depth.png'])
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
