import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureJson, FIXTURES, fixtureTensors, maxAbsDifference } from '../support/fixtures.ts'
import { rawTensors, type Case } from '../pipelines/support/case.ts'
import { adapterEnvironment } from '../support/webgpu.ts'

const ROOT = join(import.meta.dirname, '../..')
const MARIGOLD = join(ROOT, 'src/app/cli/marigold.mjs')
const CHECKPOINT = join(FIXTURES, 'checkpoints/tiny-ddim-trailing')

interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

const marigold = (...words: readonly string[]): Promise<Ended> => marigoldIn(process.env, ...words)

const marigoldIn = (env: NodeJS.ProcessEnv, ...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MARIGOLD, ...words], { timeout: 170_000, env }, (error, out, err) =>
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err }),
    )
  })

const graph = (name: string): string => join(ROOT, 'examples', `${name}.json`)

describe('marigold', { timeout: 180_000 }, () => {
  let folder: string
  let photo: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marigold-'))
    photo = join(folder, 'photo.png')
    const picture = (await rawTensors('pipelines/pictures.safetensors')).get('landscape_40x56')
    const planes = picture?.bytes ?? new Uint8Array()
    const pixels = 40 * 56
    const samples = Uint8Array.from({ length: 3 * pixels }, (_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)] ?? 0)
    await sharp(samples, { raw: { width: 56, height: 40, channels: 3 } })
      .png()
      .toFile(photo)
    // the first call builds the command line
    expect((await marigold('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  }, 180_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('writes the depth that diffusers writes, and a report', async () => {
    const of = await fixtureJson<Case>('pipelines/defaults-trailing.json')
    const expected = await (await fixtureTensors(`pipelines/${of.tensors}`)).f32('prediction')
    const [out, report] = [join(folder, 'depth'), join(folder, 'report.json')]
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', CHECKPOINT, '--backend', 'wasm']
    const ended = await marigold(...words, '--out', out, '--report', report)
    expect(ended.err).not.toContain('error')
    expect(ended.status).toBe(0)
    const files = await readdir(out)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const png = decode(await readFile(join(out, file)), { checkCrc: true })
      expect([png.width, png.height]).toEqual([56, 40])
      if (png.depth === 16) {
        // half a step for the cut to 16 bits
        expect(
          maxAbsDifference(
            Array.from(png.data, (v) => (v + 0.5) / 65535),
            expected,
          ),
        ).toBeLessThan(1.2e-4)
      }
    }
    expect(files).toContain('depth.png')
    const { backend, adapter, ms, nodes } = JSON.parse(await readFile(report, 'utf8')) as Record<string, unknown>
    expect([backend, typeof adapter, typeof ms]).toEqual(['wasm', 'string', 'number'])
    expect(nodes).toContainEqual(
      expect.objectContaining({ id: 'denoise', type: 'depth/ddim-denoise', computed: 1, cached: 0 }),
    )
  })

  it('writes on WebGPU the depth that it writes on WebAssembly', async () => {
    const tiny = join(FIXTURES, 'checkpoints/tiny-ddim-leading')
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', tiny, '--set', 'fit.resolution=16']
    const depth = async (backend: string): Promise<ArrayLike<number>> => {
      const [out, report] = [join(folder, backend), join(folder, `${backend}.json`)]
      const more = ['--set', 'denoise.steps=2', '--backend', backend, '--out', out, '--report', report]
      const ended = await marigoldIn(adapterEnvironment(), ...words, ...more)
      expect(ended.err).not.toContain('error')
      expect(ended.status).toBe(0)
      expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ backend })
      return Array.from(decode(await readFile(join(out, 'depth.png'))).data, (v) => v / 65535)
    }
    const [onGpu, onCpu] = [await depth('webgpu'), await depth('wasm')]
    expect(Math.max(...Array.from(onCpu))).toBeGreaterThan(Math.min(...Array.from(onCpu)) + 0.1)
    expect(maxAbsDifference(onGpu, onCpu)).toBeLessThan(1e-3)
  })

  it('says nothing of missing graphics drivers when the choice is left to it', async () => {
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', CHECKPOINT, '--quiet']
    const env = { ...adapterEnvironment(), VK_ICD_FILENAMES: join(folder, 'no-driver.json') }
    expect(await marigoldIn(env, ...words, '--out', join(folder, 'quiet'))).toEqual({ status: 0, out: '', err: '' })
  })

  it.each([
    [['run', 'nofile.json'], 'error [cli/no-file]', 1],
    [['run', graph('depth'), '--image', 'nofile.jpg'], 'error [image/missing]', 1],
    [['run', graph('depth'), '--set', 'denoise.steps=0'], 'error [cli/bad-value] node "denoise"', 1],
    [
      ['run', graph('depth'), '--checkpoint', 'no-folder', '--backend', 'wasm', '--set', 'image.picture=cat.jpg'],
      'error [checkpoint/missing-file] node "checkpoint"',
      1,
    ],
    [['jog'], 'error [cli/usage]', 2],
  ])('ends %j with one line that says what is wrong', async (words, begins, status) => {
    const ended = await marigold(...words)
    expect(ended.err.split('\n').filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining(begins)])
    expect(ended.status).toBe(status)
  })

  it('names every node that failed, and ends with 1', async () => {
    const taken = join(folder, 'taken')
    await writeFile(taken, 'a file where the folder should be')
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', CHECKPOINT, '--backend', 'wasm']
    const { status, err } = await marigold(...words, '--out', taken)
    const { nodes } = JSON.parse(await readFile(graph('depth'), 'utf8')) as { nodes: { id: string; type: string }[] }
    const exports = nodes.filter(({ type }) => type === 'output/export')
    expect(exports.length).toBeGreaterThan(1)
    expect(err).not.toContain('wrote')
    expect(err.split('\n').filter((line) => line.startsWith('error'))).toEqual(
      exports.map(({ id }) => expect.stringContaining(`error [cli/not-written] node "${id}"`)),
    )
    expect(status).toBe(1)
  })

  it('ends with 130 at Ctrl-C, halfway, and leaves the folder as it was', async () => {
    const out = join(folder, 'stopped')
    await mkdir(out)
    await writeFile(join(out, 'depth.png'), 'of an earlier run')
    // Zeros for an ensemble are warned of just before 3,000 steps of the U-Net.
    const settings = ['noise.generator=zeros', 'noise.members=3', 'denoise.steps=1000']
    const set = settings.flatMap((setting) => ['--set', setting])
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', CHECKPOINT, '--backend', 'wasm', ...set]
    const child = spawn(process.execPath, [MARIGOLD, ...words, '--out', out, '--report', join(out, 'report.json')])
    let err = ''
    child.stderr.on('data', (text: Buffer) => {
      const before = err.includes('warning')
      err += text.toString()
      if (!before && err.includes('warning')) setTimeout(() => child.kill('SIGINT'), 200)
    })
    const ended = await new Promise((resolve) => child.once('close', (status, signal) => resolve({ status, signal })))
    expect(ended).toEqual({ status: 130, signal: null })
    expect(err).toMatch(/^warning node "noise".*\nerror \[engine\/cancelled\].*\n$/)
    expect(await readdir(out)).toEqual(['depth.png'])
    expect(await readFile(join(out, 'depth.png'), 'utf8')).toBe('of an earlier run')
  })

  it('refuses a file that is no graph', async () => {
    const file = join(folder, 'broken.json')
    await writeFile(file, '{ not json')
    expect(await marigold('check', file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('error [graph/not-json]'),
    })
  })

  it('says in check what could not run, and what is missing here', async () => {
    const file = join(folder, 'odd.json')
    const document = JSON.parse(await readFile(graph('depth'), 'utf8')) as { nodes: Record<string, unknown>[] }
    document.nodes.push({
      id: 'strange',
      type: 'depth/from-the-future',
      version: 9,
      params: {},
      position: { x: 0, y: 0 },
    })
    document.nodes.push({
      id: 'loose',
      type: 'depth/colorize',
      version: 1,
      params: { min: 99 },
      position: { x: 0, y: 0 },
    })
    await writeFile(file, JSON.stringify(document))
    const { status, out } = await marigold('check', file)
    expect(status).toBe(1)
    expect(out).toContain('kept [graph/unknown-type]')
    expect(out).toContain('repaired [graph/param]')
    expect(out).toContain('cannot run [engine/open-input] node "loose"')
  })

  it('lists the nodes, for people and for programs', async () => {
    expect((await marigold('nodes')).out).toContain('depth/ddim-denoise  DDIM Denoise')
    const list = JSON.parse((await marigold('nodes', '--json')).out) as { type: string }[]
    expect(list.map(({ type }) => type)).toContain('output/export')
  })

  it('helps', async () => {
    expect(await marigold('--help')).toMatchObject({
      status: 0,
      out: expect.stringContaining('--set NODE.PARAM=VALUE'),
    })
  })
})
