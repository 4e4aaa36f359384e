import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { called, CHECKPOINT, graph, type Ended } from './support/marigold.ts'

let folder: string
let photo: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  photo = join(folder, 'photo.png')
  await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
    .png()
    .toFile(photo)
})
afterAll(() => rm(folder, { recursive: true }))

/** One line of error, with nothing in it that a terminal would obey. */
function oneError({ status, out, err }: Ended, begins: string, expected = 1): string {
  expect(err).toMatch(/^error \[[^\n]*\n$/)
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffd]/)
  expect({ status, out, begins: err.slice(0, begins.length) }).toEqual({ status: expected, out: '', begins })
  return err
}

describe('options', () => {
  it.each([
    [['--steps', '4'], 'Did you mean --set denoise.steps=4? '],
    [['--seed=7'], 'Did you mean --set noise.seed=7? '],
    [['--batch-size', '2'], 'Did you mean --set denoise.batch_size=2 or --set decode.batch_size=2? '],
    [['--invert'], 'Did you mean --set colorize.invert=VALUE? '],
  ])('%j, which are parameters, get the way to set them', async (words, hint) => {
    expect(oneError(await called('run', graph('depth'), ...words), 'error [cli/usage]', 2)).toContain(hint)
    expect(oneError(await called('run', ...words, graph('depth')), 'error [cli/usage]', 2)).toContain(hint)
  })

  it('of parameters that no node of the graph has get no such hint', async () => {
    const file = join(folder, 'empty.json')
    await writeFile(file, JSON.stringify({ format: 'marigold-graph', schema: 1, title: '', nodes: [], links: [] }))
    expect(oneError(await called('run', file, '--steps', '4'), 'error [cli/usage]', 2)).not.toContain('--set')
  })

  it('two pictures for one Load Image node are refused, with the number that it takes', async () => {
    const ended = await called('run', graph('depth'), '--image', photo, '--image', photo)
    expect(oneError(ended, 'error [cli/too-many-images] 2 pictures given, but the graph loads 1.')).toContain('--image')
  })
})

describe('a graph file', () => {
  const check = async (name: string, content: string | Uint8Array): Promise<Ended> => {
    await writeFile(join(folder, name), content)
    return called('check', join(folder, name))
  }
  const text = () => readFile(graph('depth'), 'utf8')

  it('is refused when it is a picture that carries none', async () => {
    expect(oneError(await called('run', photo), 'error [graph/none]')).toContain('--image')
  })

  it('is refused when it is text with control characters', async () => {
    oneError(await check('steering.json', '\u001b[31m{"\u001b]0;title\u0007": \u0000}'), 'error [graph/not-json]')
  })

  it('is refused when it is UTF-16', async () => {
    oneError(await check('utf16.json', Buffer.from(`\ufeff${await text()}`, 'utf16le')), 'error [graph/not-json]')
  })

  it('may begin with a byte order mark', async () => {
    expect(await check('mark.json', `\ufeff${await text()}`)).toMatchObject({ status: 0, err: '' })
  })

  it('is refused when it is larger than any graph', async () => {
    oneError(await check('large.json', ' '.repeat(4 * 2 ** 20)), 'error [graph/too-large]')
  })

  it('is refused when it is a folder or not there', async () => {
    expect(oneError(await called('run', folder), 'error [cli/no-file]')).toContain('is a folder')
    expect(oneError(await called('run', join(folder, 'none.json')), 'error [cli/no-file]')).toContain('is not there')
  })

  it('that shows and writes nothing cannot run, which check says too', async () => {
    const empty = JSON.stringify({ format: 'marigold-graph', schema: 1, title: '', nodes: [], links: [] })
    expect(await check('nothing.json', empty)).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^cannot run \[engine\/nothing-to-run\] /),
    })
    oneError(await called('run', join(folder, 'nothing.json'), '--backend', 'wasm'), 'error [engine/nothing-to-run]')
  })

  it('is checked for programs too: what was repaired, what cannot run, what is here', async () => {
    const odd = (await text())
      .replace('"scheduler": "checkpoint"', '"scheduler": "euler"')
      .replace('"temple.jpg"', '"none.jpg"')
    await writeFile(join(folder, 'odd.json'), odd)
    const { status, out } = await called('check', join(folder, 'odd.json'), '--json')
    expect(status).toBe(1)
    expect(JSON.parse(out)).toEqual({
      problems: [expect.objectContaining({ code: 'graph/param', node: 'denoise', effect: 'repaired' })],
      errors: [expect.objectContaining({ code: 'image/missing', node: 'image', fix: expect.any(String) })],
      checkpoints: [
        { choice: 'marigold-nano', name: 'marigold-nano', download: 0, memory: expect.anything() as unknown },
      ],
    })
  })

  it('of a folder that was opened elsewhere says how to give it here', async () => {
    const elsewhere = (await text()).replace('"marigold-nano"', '"folder:mine"')
    expect(await check('elsewhere.json', elsewhere)).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^cannot run \[checkpoint\/unknown\] node "checkpoint": .*mine.*--checkpoint DIR/),
    })
  })
})

describe('a picture', () => {
  const run = (image: string, ...more: readonly string[]): Promise<Ended> =>
    called('run', graph('depth'), '--image', image, '--checkpoint', CHECKPOINT, '--backend', 'wasm', '--quiet', ...more)

  it.each([
    ['is a folder', () => folder],
    ['is not there', () => join(folder, 'none.png')],
  ])('that %s is told as that', async (why, path) => {
    expect(oneError(await run(path()), 'error [image/missing]')).toContain(why)
  })

  it('that is a text names the node and what can be read', async () => {
    const file = join(folder, 'text.png')
    await writeFile(file, 'not a picture')
    const err = oneError(await run(file, '--out', folder), 'error [image/unreadable] node "image"')
    expect(err).toContain('Use a JPEG, PNG')
  })

  it('of 4000 × 1 pixels names the node that cannot scale it, and says what to do', async () => {
    const file = join(folder, 'line.png')
    await sharp({ create: { width: 4000, height: 1, channels: 3, background: 'red' } })
      .png()
      .toFile(file)
    const err = oneError(await run(file, '--out', folder), 'error [node/extreme-aspect-ratio] node "fit"')
    expect(err).toContain('Crop the picture, or raise the resolution')
  })

  it.runIf(process.platform !== 'win32')('comes from a pipe, as shells make one of <(command)', async () => {
    const pipe = join(folder, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const out = join(folder, 'piped')
    const [ended] = await Promise.all([run(pipe, '--out', out), writeFile(pipe, await readFile(photo))])
    expect(ended).toEqual({ status: 0, out: '', err: '' })
    expect((await sharp(join(out, 'depth.png')).metadata()).width).toBe(16)
  })
})

describe('a checkpoint folder', () => {
  /** A copy of a good one, spoiled. */
  const spoiled = async (name: string, spoil: (copy: string) => Promise<unknown>): Promise<Ended> => {
    const copy = join(folder, 'checkpoints', name)
    await cp(CHECKPOINT, copy, { recursive: true })
    await spoil(copy)
    const words = ['--image', photo, '--checkpoint', copy, '--backend', 'wasm', '--quiet', '--out', folder]
    return called('run', graph('depth'), ...words)
  }
  const weights = 'unet/diffusion_pytorch_model.safetensors'

  it.each<[string, string, (copy: string) => Promise<unknown>]>([
    [
      'that is empty',
      'checkpoint/missing-file',
      async (copy) => {
        await rm(copy, { recursive: true })
        await mkdir(copy)
      },
    ],
    [
      'that is a file',
      'checkpoint/missing-file',
      async (copy) => {
        await rm(copy, { recursive: true })
        await writeFile(copy, 'x')
      },
    ],
    ['that is not there', 'checkpoint/missing-file', (copy) => rm(copy, { recursive: true })],
    ['without its unet', 'checkpoint/missing-file', (copy) => rm(join(copy, 'unet'), { recursive: true })],
    ['without the weights of its unet', 'checkpoint/missing-file', (copy) => rm(join(copy, weights))],
    ['whose weights are cut off', 'weights/truncated', (copy) => truncate(join(copy, weights), 100_000)],
    [
      'whose weights lie about a shape',
      'weights/wrong-size',
      async (copy) => {
        const file = await readFile(join(copy, weights))
        const at = file.indexOf('"shape":[') + '"shape":['.length
        file.write('9', at)
        await writeFile(join(copy, weights), file)
      },
    ],
    [
      'whose weights are a pointer of Git LFS',
      'weights/not-fetched',
      (copy) => writeFile(join(copy, weights), `version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n`),
    ],
    ['whose config is not JSON', 'checkpoint/bad-json', (copy) => writeFile(join(copy, 'unet/config.json'), '{')],
  ])('%s is one error of Load Checkpoint', async (name, code, spoil) => {
    oneError(await spoiled(name, spoil), `error [${code}] node "checkpoint": `)
  })
})

describe('where results go', () => {
  const words = ['run', graph('depth'), '--backend', 'wasm']

  it.each([
    ['--out', () => photo, 'error [cli/not-written] Nothing can be written to the folder '],
    ['--report', () => folder, 'error [cli/not-written] The report '],
    ['--report', () => join(photo, 'report.json'), 'error [cli/not-written] The report '],
  ])('%s is refused before anything is computed, where nothing can be written', async (option, path, begins) => {
    const before = await readdir(folder)
    oneError(await called(...words, option, path()), begins)
    expect(await readdir(folder)).toEqual(before)
  })
})
