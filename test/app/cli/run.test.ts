import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode, encode } from 'fast-png'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../src/app/cli/command.ts'
import { called, CHECKPOINT, graph } from './support/marigold.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
})
afterAll(() => rm(folder, { recursive: true }))

const noise = (width: number, height: number): Sharp =>
  sharp({
    create: { width, height, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  })

const words = (image: string, ...more: readonly string[]): readonly string[] => {
  const small = ['--checkpoint', CHECKPOINT, '--backend', 'wasm', '--set', 'fit.resolution=16']
  return ['run', graph('depth'), '--image', image, ...small, ...more]
}

describe('pictures of every kind become depth of their size', () => {
  it.each<[string, number, number, (path: string) => Promise<unknown>]>([
    ['one pixel', 1, 1, (path) => noise(1, 1).png().toFile(path)],
    ['a line', 16, 1, (path) => noise(16, 1).png().toFile(path)],
    [
      'a JPEG that lies on its side',
      12,
      20,
      (path) => noise(20, 12).withMetadata({ orientation: 6 }).jpeg().toFile(path),
    ],
    ['grey', 20, 12, (path) => noise(20, 12).greyscale().png().toFile(path)],
    ['transparent', 20, 12, (path) => noise(20, 12).ensureAlpha(0.5).png().toFile(path)],
    [
      '16 bit',
      4,
      3,
      (path) => {
        const data = Uint16Array.from({ length: 36 }, (_, i) => (i * 7919) % 65536)
        return writeFile(path, encode({ width: 4, height: 3, channels: 3, depth: 16, data }))
      },
    ],
  ])('%s', async (name, width, height, make) => {
    const image = join(folder, `${name}.picture`)
    await make(image)
    const out = join(folder, name)
    const { status, err } = await called(...words(image, '--out', out))
    expect(err).not.toContain('error')
    expect(status).toBe(0)
    expect(err.includes('warning node "image": The picture has transparent parts')).toBe(name === 'transparent')
    const depth = decode(await readFile(join(out, 'depth.png')))
    expect([depth.width, depth.height, depth.depth]).toEqual([width, height, 16])
  })
})

it('a picture that was exported runs again as the graph that made it, unless it was to carry none', async () => {
  const image = join(folder, 'private name.png')
  await noise(16, 12).png().toFile(image)
  const out = join(folder, 'carries')
  await called(...words(image, '--set', 'noise.seed=77', '--set', 'export-colour.graph=false', '--out', out))
  const picture = join(out, 'depth.png')
  expect(String(await readFile(picture))).not.toContain('private')
  const again = await called(...words(image, '--out', join(out, 'again')).with(1, picture))
  expect(again).toMatchObject({ status: 0 })
  expect((await readFile(join(out, 'again/depth.png'))).equals(await readFile(picture))).toBe(true)
  // It names no picture and no folder of this machine, and says so.
  const { out: said } = await called('check', picture)
  expect(said).toContain('cannot run [engine/no-picture]')
  expect(await called('check', join(out, 'depth-colour.png'))).toMatchObject({
    status: 1,
    err: expect.stringContaining('graph/none'),
  })
})

it('an ensemble of two is warned of, on stderr and in the report', async () => {
  const image = join(folder, 'two.png')
  await noise(16, 16).png().toFile(image)
  const report = join(folder, 'two/reports/two.json')
  const more = ['--set', 'noise.members=2', '--report', report, '--out', join(folder, 'two')]
  const { status, err } = await called(...words(image, ...more))
  expect(status).toBe(0)
  expect(err).toMatch(/^warning node "align": An ensemble of 2 .*at least 3 members\.$/m)
  const { nodes } = JSON.parse(await readFile(report, 'utf8')) as { nodes: Record<string, unknown>[] }
  const of = (id: string) => nodes.find((node) => node['id'] === id)
  expect(of('denoise')).toMatchObject({ type: 'depth/ddim-denoise', computed: 2, cached: 0, warnings: [] })
  expect(of('denoise')?.['ms']).toBeGreaterThan(0)
  expect(of('align')).toMatchObject({ computed: 1, warnings: [expect.stringContaining('An ensemble of 2')] })
})

it('a screen shows one line that says node, member and step; it is gone at the end, and not shown with --quiet', async () => {
  const image = join(folder, 'shown.png')
  await noise(16, 16).png().toFile(image)
  const shown = async (...more: readonly string[]): Promise<string> => {
    let err = ''
    const terminal = { out: () => undefined, err: (text: string) => void (err += text), screen: true }
    const set = ['--set', 'noise.members=3', '--set', 'denoise.steps=2', '--out', join(folder, 'shown')]
    expect(await runCommand(words(image, ...set, ...more), terminal, new AbortController().signal)).toBe(0)
    return err
  }
  const err = await shown()
  expect(err).toMatch(/\r *\d+ % {2}DDIM Denoise, member 2 of 3, step 1 of 2/)
  expect(err).toMatch(/\r100 % /)
  // What is left on the screen after carriage returns: lines that are told, no rest of the line that was written over.
  const left = err.split('\n').map((text) => text.split('\r').at(-1))
  expect(left.filter((text) => text?.includes('%'))).toEqual([])
  expect(left).toContainEqual(expect.stringMatching(/^wrote .*depth\.png$/))
  expect(await shown('--quiet')).toBe('')
})

describe('--cache', () => {
  it('keeps members between runs: more of them costs only those, the same costs none', async () => {
    const image = join(folder, 'cached.png')
    await noise(20, 12).png().toFile(image)
    const run = async (members: number, cache: string) => {
      const report = join(folder, 'cached.json')
      const set = [
        '--set',
        'fit.resolution=64',
        '--set',
        `noise.members=${members}`,
        '--out',
        join(folder, 'cached'),
        '--report',
        report,
      ]
      const ended = await called(...words(image, '--cache', cache, ...set).with(1, graph('ensemble')))
      const { nodes } = JSON.parse(await readFile(report, 'utf8')) as {
        readonly nodes: readonly { readonly id: string; readonly computed: number; readonly cached: number }[]
      }
      const of = nodes.find(({ id }) => id === 'denoise')
      return { ...ended, computed: of?.computed, cached: of?.cached }
    }
    const cache = join(folder, 'kept')
    expect(await run(3, cache)).toMatchObject({ status: 0, computed: 3, cached: 0 })
    const first = await readFile(join(folder, 'cached', 'depth.png'))
    expect(await run(5, cache)).toMatchObject({ status: 0, computed: 2, cached: 3 })
    expect(await run(3, cache)).toMatchObject({ status: 0, computed: 0, cached: 3 })
    expect((await readFile(join(folder, 'cached', 'depth.png'))).equals(first)).toBe(true)
  })

  it('in a place that cannot be written is a warning, and the depth is made', async () => {
    const image = join(folder, 'uncached.png')
    await noise(20, 12).png().toFile(image)
    await writeFile(join(folder, 'a file'), '')
    const { status, err } = await called(...words(image, '--cache', join(folder, 'a file'), '--out', folder))
    expect(status).toBe(0)
    expect(err).toMatch(/warning --cache: nothing more is kept in .*a file/)
  })
})

it('Marigold as one node writes the depth of the graph of its parts, bit for bit, and takes its parameters', async () => {
  const image = join(folder, 'one.png')
  await noise(20, 12).png().toFile(image)
  const written = async (name: string, fit: string, noises: string) => {
    const out = join(folder, name)
    const set = [`${fit}.resolution=16`, `${noises}.seed=7`, `${noises}.members=2`, 'export-depth.format=npy']
    const more = [
      '--checkpoint',
      CHECKPOINT,
      '--backend',
      'wasm',
      '--out',
      out,
      ...set.flatMap((one) => ['--set', one]),
    ]
    expect(await called('run', graph(name), '--image', image, ...more)).toMatchObject({ status: 0 })
    return readFile(join(out, 'depth.npy'))
  }
  const parts = await written('depth', 'fit', 'noise')
  expect((await written('one-node', 'marigold', 'marigold')).equals(parts)).toBe(true)
  const { err } = await called('run', graph('one-node'), '--set', 'marigold.stepz=2')
  expect(err).toMatch(/node "marigold": .*Did you mean "steps"\?/)
})
