import { exec, execFile, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decode } from 'fast-png'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtureJson, FIXTURES, fixtureTensors, maxAbsDifference } from '../../support/fixtures.ts'
import { rawTensors, type Case } from '../../pipelines/support/case.ts'
import { adapterEnvironment } from '../../support/webgpu.ts'
import { BUILDING, CHECKPOINT, graph, MARIGOLD, marigold, marigoldIn } from './support/marigold.ts'

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
      const ended = await marigoldIn({ env: adapterEnvironment() }, ...words, ...more)
      expect(ended.err).not.toContain('error')
      expect(ended.status).toBe(0)
      expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ backend })
      return Array.from(decode(await readFile(join(out, 'depth.png'))).data, (v) => v / 65535)
    }
    const [onGpu, onCpu] = [await depth('webgpu'), await depth('wasm')]
    expect(Math.max(...Array.from(onCpu))).toBeGreaterThan(Math.min(...Array.from(onCpu)) + 0.1)
    expect(maxAbsDifference(onGpu, onCpu)).toBeLessThan(1e-3)
  })

  it('reads a graph and a picture from standard input, and prints the report', async () => {
    const words = ['--checkpoint', CHECKPOINT, '--backend', 'wasm', '--report', '-', '--quiet']
    const given = { stdin: await readFile(graph('depth')) }
    expect(await marigoldIn(given, 'check', '-')).toMatchObject({ status: 0, err: '' })
    const out = [join(folder, 'graph-piped'), join(folder, 'picture-piped')] as const
    const ended = [
      await marigoldIn(given, 'run', '-', '--image', photo, ...words, '--out', out[0]),
      await marigoldIn(
        { stdin: await readFile(photo) },
        'run',
        graph('depth'),
        '--image',
        '-',
        ...words,
        '--out',
        out[1],
      ),
    ]
    for (const { status, err, out: report } of ended) {
      expect({ status, err }).toEqual({ status: 0, err: '' })
      expect(JSON.parse(report)).toMatchObject({ backend: 'wasm' })
    }
    const [one, other] = await Promise.all(out.map((path) => readFile(join(path, 'depth.png'))))
    expect(one?.equals(other ?? Buffer.of())).toBe(true)
  })

  it.runIf(process.platform !== 'win32')('writes the report into a pipe, and leaves it there', async () => {
    const pipe = join(folder, 'report-pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const words = ['--image', photo, '--checkpoint', CHECKPOINT, '--backend', 'wasm', '--quiet']
    const [report, ended] = await Promise.all([
      readFile(pipe, 'utf8'),
      marigold('run', graph('depth'), ...words, '--out', join(folder, 'device'), '--report', pipe),
    ])
    expect(ended).toEqual({ status: 0, out: '', err: '' })
    expect(JSON.parse(report)).toMatchObject({ backend: 'wasm' })
    expect((await stat(pipe)).isFIFO()).toBe(true)
  })

  it.runIf(process.platform === 'linux')('ends with 1 when what it says cannot be printed', async () => {
    const command = `"${process.execPath}" "${MARIGOLD}" nodes > /dev/full`
    const failed = await promisify(exec)(command).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error \[cli\/not-written\] [^\n]*\n$/) })
  })

  it.runIf(process.platform !== 'win32')('ends at Ctrl-C while it waits for a pipe', async () => {
    const pipe = join(folder, 'silent')
    await promisify(execFile)('mkfifo', [pipe])
    const child = spawn(process.execPath, [MARIGOLD, 'run', graph('depth'), '--image', pipe])
    const closed = new Promise((resolve) => child.once('close', (status, signal) => resolve({ status, signal })))
    // It can be opened for writing without waiting as soon as somebody reads.
    const writer = async (): Promise<FileHandle> =>
      open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        return writer()
      })
    const handle = await writer()
    child.kill('SIGINT')
    expect(await closed).toEqual({ status: 130, signal: null })
    await handle.close()
  })

  it('takes WebAssembly where there are no graphics drivers, says why, and nothing when quiet', async () => {
    const words = ['run', graph('depth'), '--image', photo, '--checkpoint', CHECKPOINT, '--quiet']
    const env = { ...adapterEnvironment(), VK_ICD_FILENAMES: join(folder, 'no-driver.json') }
    expect(await marigoldIn({ env }, ...words, '--out', join(folder, 'quiet'))).toEqual({ status: 0, out: '', err: '' })
    const report = ['--report', '-', '--out', join(folder, 'quiet')]
    const { out, err } = await marigoldIn({ env }, ...words.filter((word) => word !== '--quiet'), ...report)
    expect(err).toMatch(/ s on WebAssembly, .*WebGPU found no graphics adapter/)
    expect(JSON.parse(out)).toMatchObject({ backend: 'wasm', reason: expect.stringContaining('no graphics adapter') })
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
    for (const file of ['depth.png', 'depth-colour.png']) await mkdir(join(taken, file), { recursive: true })
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
    expect(err.replace(BUILDING, '')).toMatch(/^warning node "noise".*\nerror \[engine\/cancelled\].*\n$/)
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
