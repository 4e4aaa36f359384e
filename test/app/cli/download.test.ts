import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { published } from '../../../models/catalogue.ts'
import { runCommand } from '../../../src/app/cli/command.ts'
import { cacheFolder } from '../../../src/app/cli/downloaded.ts'
import { isRepositoryId } from '../../../src/weights/hub/repository.ts'
import { noise, UNET } from '../../weights/hub/support/checkpoint.ts'
import { answer, COMMIT, faultHub, REPOSITORY, type FaultHub } from '../../weights/hub/support/fault-hub.ts'
import { called, CHECKPOINT, graph, MARIGOLD, marigold, type Ended } from './support/marigold.ts'

let folder: string
let server: FaultHub
const before = { host: process.env['HF_ENDPOINT'], cache: process.env['MARIGOLD_CACHE'] }

async function contents(of: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = (await readdir(of, { recursive: true })).filter((path) => /\.(json|txt|safetensors)$/.test(path))
  return new Map(await Promise.all(files.map(async (path) => [path, await readFile(join(of, path))] as const)))
}

async function serve(files?: ReadonlyMap<string, Uint8Array>, repository?: string): Promise<void> {
  server = await faultHub(files ?? (await contents(CHECKPOINT)), {}, repository)
  process.env['HF_ENDPOINT'] = `${server.host}/`
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
  process.env['MARIGOLD_CACHE'] = join(folder, 'cache')
  await serve()
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
  for (const [name, value] of [
    ['HF_ENDPOINT', before.host],
    ['MARIGOLD_CACHE', before.cache],
  ] as const) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

/** The depth that `--checkpoint` gives of a small picture. */
/** The numbers of the depth map; its file carries the graph, which names the checkpoint. */
async function depth(...checkpoint: readonly string[]): Promise<Buffer> {
  const [photo, out] = [join(folder, 'photo.png'), await mkdtemp(join(folder, 'out-'))]
  await sharp({ create: { width: 20, height: 12, channels: 3, background: 'red' } })
    .png()
    .toFile(photo)
  const small = ['--backend', 'wasm', '--set', 'fit.resolution=16', '--out', out]
  const ended = await called('run', graph('depth'), '--image', photo, ...small, ...checkpoint)
  expect(ended).toMatchObject({ status: 0, err: expect.not.stringContaining('error') })
  return sharp(join(out, 'depth.png')).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer()
}

const answered = async (yes: boolean): Promise<Ended> => {
  let err = ''
  const terminal = {
    out: () => undefined,
    err: (text: string) => void (err += text),
    screen: false,
    ask: async (question: string) => {
      err += question
      expect(server.asked).toEqual([])
      return yes
    },
  }
  return { status: await runCommand(['download', REPOSITORY], terminal, new AbortController().signal), out: '', err }
}

describe('marigold download', () => {
  it('says host, licence and bytes, asks, and fetches; the checkpoint then works by its name', async () => {
    const { status, err } = await answered(true)
    expect(status).toBe(0)
    const [said = '', done = ''] = err.split('Download? [y/N] ')
    expect(said).toContain(server.host)
    expect(said).toContain('licence: mit')
    expect(said).toMatch(/\d+ files, [\d.]+ [kM]B \(unet, vae, text_encoder in fp32\)/)
    expect(done).toContain(`verified unet/diffusion_pytorch_model.safetensors`)
    expect((await depth('--checkpoint', REPOSITORY)).equals(await depth('--checkpoint', CHECKPOINT))).toBe(true)
  })

  it('fetches nothing when the answer is no, or nobody can be asked', async () => {
    for (const { status, err } of [await answered(false), await called('download', REPOSITORY)]) {
      expect(status).toBe(1)
      expect(err).toMatch(/error \[cli\/not-confirmed\] Nothing was downloaded/)
    }
    expect(server.asked).toEqual([])
  })

  it('asks nothing when all is here', async () => {
    expect(await called('download', REPOSITORY, '--yes')).toMatchObject({ status: 0 })
    const before = server.asked.length
    expect(await called('download', REPOSITORY)).toMatchObject({ status: 0, err: expect.stringContaining('all here') })
    expect(server.asked).toHaveLength(before)
  })

  it('takes an id of the catalogue, which graphs may name from then on', async () => {
    const known = 'https://raw.githubusercontent.com/'
    const { fetch } = globalThis
    const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      return String(url).startsWith(known) ? new Response(null, { status: 404 }) : fetch(url, init)
    })
    onTestFinished(() => spy.mockRestore())
    await server.close()
    await serve(undefined, 'prs-eth/marigold-depth-v1-1')
    const named = join(folder, 'named.json')
    const text = await readFile(graph('depth'), 'utf8')
    await writeFile(named, text.replace('"marigold-nano"', '"marigold-depth-v1-1"'))
    const missing = await called('check', named)
    expect(missing).toMatchObject({ status: 1, err: '' })
    expect(missing.out).toMatch(/cannot run \[checkpoint\/not-downloaded\] .*marigold download marigold-depth-v1-1/)
    expect(missing.out).toContain('checkpoint Marigold Depth v1.1: not here, about 1.90 GB to download from')
    expect(server.asked).toEqual([])
    const { status, err } = await called('download', 'marigold-depth-v1-1', '--yes')
    expect(status).toBe(0)
    expect(err).toMatch(
      /of them the empty prompt, 8\.97 kB, from raw\.githubusercontent\.com; the text encoder, [\d.]+ kB more/,
    )
    expect(err).toMatch(
      /the text encoder \([\d.]+ kB\) comes in place of the empty prompt: \S*empty_text_embed\.pt does not/,
    )
    expect(await called('check', named)).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringContaining('here, nothing'),
    })
    const expected = await depth('--checkpoint', CHECKPOINT)
    expect((await depth('--set', 'checkpoint.checkpoint=marigold-depth-v1-1')).equals(expected)).toBe(true)
  })

  it.each([
    [['download', 'someone/other', '--yes'], 'checkpoint/not-found'],
    [['download', 'nonsense', '--yes'], 'checkpoint/bad-name'],
    [['download', REPOSITORY, '--revision', 'v9', '--yes'], 'checkpoint/not-found'],
    [['downloads', REPOSITORY, '--verify'], 'checkpoint/not-downloaded'],
    [['downloads', '../cache', '--delete'], 'checkpoint/bad-name'],
    [['run', graph('depth'), '--checkpoint', 'someone/other'], 'checkpoint/not-downloaded'],
    [['run', graph('depth'), '--checkpoint', 'marigold-depth-v1-1'], 'checkpoint/not-downloaded'],
  ])('%j is refused', async (words, code) => {
    const { status, err } = await called(...words)
    expect(status).toBe(1)
    expect(err).toMatch(new RegExp(`^error \\[${code}\\] [^\\n]*\\n$`))
    expect(server.asked).toEqual([])
  })

  it('a graph names a repository that was downloaded, or its commit, and fetches nothing', async () => {
    const naming = async (name: string): Promise<string> => {
      const named = join(folder, 'named.json')
      await writeFile(named, (await readFile(graph('depth'), 'utf8')).replace('"marigold-nano"', `"${name}"`))
      return named
    }
    const missing = await called('check', await naming(REPOSITORY))
    expect(missing).toMatchObject({ status: 1, out: expect.stringContaining('checkpoint/not-downloaded') })
    expect(server.asked).toEqual([])
    const { status, err } = await called('download', `${REPOSITORY}@v1`, '--yes')
    expect([status, err]).toEqual([0, expect.stringContaining(`--checkpoint ${REPOSITORY}@${COMMIT}`)])
    for (const name of [REPOSITORY, `${REPOSITORY}@${COMMIT}`])
      expect(await called('check', await naming(name))).toMatchObject({ status: 0 })
    const other = `${REPOSITORY}@${'f'.repeat(40)}`
    expect(await called('check', await naming(other))).toMatchObject({ status: 1 })
    expect(await called('downloads', other, '--delete')).toMatchObject({ status: 0 })
    expect(await called('check', await naming(REPOSITORY))).toMatchObject({ status: 0 })
    expect(await called('downloads', `${REPOSITORY}@${COMMIT}`, '--delete')).toMatchObject({ status: 0 })
    expect(await called('check', await naming(REPOSITORY))).toMatchObject({ status: 1 })
  })

  it('a pipeline that is none of Marigold’s is refused before anything is downloaded', async () => {
    server.listing = ({ url }, response) => {
      if (!url?.includes('/revision/')) return false
      response.end(JSON.stringify({ sha: COMMIT, tags: ['diffusers:StableDiffusionPipeline'] }))
      return true
    }
    const { status, err } = await called('download', REPOSITORY, '--yes')
    expect([status, err]).toEqual([1, expect.stringMatching(/checkpoint\/unsupported.*StableDiffusionPipeline/)])
    expect(server.asked).toEqual([])
  })

  it('stopped, says that what has arrived is kept, and keeps it', async () => {
    const stop = new AbortController()
    let err = ''
    const terminal = { out: () => undefined, err: (text: string) => void (err += text), screen: false }
    server.fault = ({ nth }) => {
      if (nth === 2) stop.abort()
      return false
    }
    expect(await runCommand(['download', REPOSITORY, '--yes'], terminal, stop.signal)).toBe(130)
    expect(err).toContain('what has arrived is kept: the same command goes on with it')
    const kept = server.asked[0]?.path
    const before = server.asked.length
    expect(await called('download', REPOSITORY, '--yes')).toMatchObject({ status: 0 })
    const again = server.asked.slice(before).map(({ path }) => path)
    expect(again.length).toBeGreaterThan(0)
    expect(again).not.toContain(kept)
  })

  it.runIf(process.platform !== 'win32')(
    'killed in the middle, it goes on the next time',
    { timeout: 120_000 },
    async () => {
      await server.close()
      const large = noise(40 * 2 ** 20, 7)
      await serve(new Map([...(await contents(CHECKPOINT)), [UNET, large]]))
      // the first call builds the command line
      await marigold('--version')
      const first: number[] = []
      server.fault = (asked, response) => {
        if (asked.path !== UNET) return false
        // Only one piece comes whole; the others never end.
        if (first.push(asked.range?.begin ?? 0) === 1) return false
        response.writeHead(206, {
          'Content-Range': `bytes ${asked.range?.begin}-${(asked.range?.end ?? 0) - 1}/${large.length}`,
        })
        response.write(asked.content.subarray(asked.range?.begin, (asked.range?.begin ?? 0) + 1000))
        return true
      }
      const child = spawn(process.execPath, [MARIGOLD, 'download', REPOSITORY, '--yes'], { stdio: 'ignore' })
      const closed = new Promise((resolve) => child.once('close', resolve))
      const journal = join(folder, 'cache', REPOSITORY.replace('/', '--'), `${COMMIT}.unverified`, `${UNET}.journal`)
      await expect.poll(() => readFile(journal, 'utf8').catch(() => ''), { timeout: 60_000 }).toMatch(/"done":\[\d\]/)
      child.kill('SIGKILL')
      await closed
      const before = server.asked.length
      server.fault = (asked, response) => {
        answer(server, asked, response)
        return true
      }
      const again = await called('download', REPOSITORY, '--yes')
      expect(again).toMatchObject({ status: 0, err: expect.stringMatching(/MB, 2\d\.\d MB to come/) })
      const begins = server.asked.slice(before).flatMap(({ path, range }) => (path === UNET ? [range?.begin] : []))
      expect(begins).toHaveLength(2)
      expect(begins).not.toContain(first[0])
      expect((await called('downloads', '--verify')).err).toContain('all as published')
    },
  )
})

describe('marigold downloads', () => {
  const unet = (): string =>
    join(folder, 'cache', REPOSITORY.replace('/', '--'), COMMIT, 'unet/diffusion_pytorch_model.safetensors')

  it('lists, finds damage, and deletes', async () => {
    expect(await called('downloads')).toMatchObject({
      status: 0,
      out: expect.stringContaining('Nothing is downloaded'),
    })
    await called('download', REPOSITORY, '--yes')
    const line = new RegExp(`^${REPOSITORY} at ${COMMIT.slice(0, 12)}: \\d+ files, [\\d.]+ [kM]B, licence mit\\n$`)
    expect(await called('downloads')).toMatchObject({ status: 0, out: expect.stringMatching(line) })
    expect(JSON.parse((await called('downloads', '--json')).out)).toMatchObject([{ id: REPOSITORY, revision: COMMIT }])
    const bytes = await readFile(unet())
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await writeFile(unet(), bytes)
    const damaged = await called('downloads', '--verify')
    expect(damaged).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^unet\/\S+ is damaged \(another content\) and was deleted$/m),
    })
    expect(await called('run', graph('depth'), '--checkpoint', REPOSITORY)).toMatchObject({
      status: 1,
      err: expect.stringContaining('checkpoint/not-downloaded'),
    })
    expect(await called('download', REPOSITORY, '--yes')).toMatchObject({ status: 0 })
    expect(await called('downloads', REPOSITORY, '--verify')).toMatchObject({ status: 0 })
    expect(await called('downloads', REPOSITORY, '--delete')).toMatchObject({ status: 0 })
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  })
})

it.each([
  [{ MARIGOLD_CACHE: '/big/disk' }, 'linux', '/big/disk'],
  [{ XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/marigold-nodes'],
  [{ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/a/.cache/marigold-nodes'],
  [{}, 'darwin', '/home/a/Library/Caches/marigold-nodes'],
] as const)('with %j on %s downloads are in %s', (env, platform, expected) => {
  expect(cacheFolder(env, platform, '/home/a')).toBe(expected)
})

it('the catalogue names each checkpoint once, by a repository', () => {
  expect(new Set(published.flatMap(({ id, repository }) => [id, repository])).size).toBe(2 * published.length)
  for (const { id, repository, bytes } of published) {
    expect(isRepositoryId(repository)).toBe(true)
    expect(repository.endsWith(`/${id}`)).toBe(true)
    expect(bytes.fp32).toBeGreaterThan(bytes.fp16 ?? 0)
  }
})
