import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EVERY_MODALITY, folderFor } from '../../support/every-modality.ts'
import { called, graph, ROOT } from './support/marigold.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marigold-'))
})
afterAll(() => rm(folder, { recursive: true }))

const photo = join(ROOT, 'examples/images/coffee.jpg')

it.each(EVERY_MODALITY)(
  '$graph runs from a folder as the Hub lays it out, to files of its size with something in them',
  async (of) => {
    const [checkpoint, out] = [await folderFor(of, join(folder, 'checkpoints')), join(folder, 'out', of.graph)]
    const small = ['--set', 'fit.resolution=64', '--set', 'denoise.steps=2', '--backend', 'wasm', '--quiet']
    const ended = await called(
      'run',
      graph(of.graph),
      '--image',
      photo,
      '--checkpoint',
      checkpoint,
      '--out',
      out,
      ...small,
    )
    expect(ended).toMatchObject({ status: 0, err: '' })
    expect((await readdir(out)).sort()).toEqual([...of.exports].sort())
    const { width, height } = await sharp(photo).metadata()
    for (const name of of.exports) {
      const bytes = await readFile(join(out, name))
      const made = name.endsWith('.npy') ? readArray(bytes) : readPicture(bytes)
      expect(made, name).toMatchObject({ width, height })
      expect(made.spread, name).toBeGreaterThan(0.01)
    }
  },
)

interface Made {
  readonly width: number
  readonly height: number
  /** Standard deviation, of 1 for the whole range. */
  readonly spread: number
}

function readPicture(bytes: Uint8Array): Made {
  const { width, height, data, depth } = decode(bytes)
  const most = 2 ** depth - 1
  return { width, height, spread: spread(Float32Array.from(data, (value) => value / most)) }
}

/** numpy's file: ten bytes, a header of which the shape is told, values of which the last axis is the channel. */
function readArray(bytes: Buffer): Made {
  const begin = 10 + bytes.readUInt16LE(8)
  const [, height, width] = /'shape': \((\d+), (\d+)/.exec(bytes.toString('latin1', 10, begin)) ?? []
  const values = new Float32Array(new Uint8Array(bytes.subarray(begin)).buffer)
  return { width: Number(width), height: Number(height), spread: spread(values) }
}

function spread(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
