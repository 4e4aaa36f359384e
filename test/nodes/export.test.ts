import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { OutputFiles } from '../../src/node/index.ts'
import { rawTensors } from '../pipelines/support/case.ts'
import { fixtureTensors } from '../support/fixtures.ts'
import { Bench, frameOf } from './support.ts'
import { AFFINE_DEPTH } from '../support/meaning.ts'

interface Written {
  readonly name: string
  readonly bytes: Uint8Array
  readonly mime: string
}

async function write(
  values: readonly number[],
  dims: readonly [number, number, number],
  params: object,
  member = { index: 0, count: 1 },
) {
  const bench = new Bench()
  const [channels, height, width] = dims
  const tensor = bench.tensor([1, channels, height, width], (i) => values[i] ?? 0)
  const kind = channels === 3 ? ('image' as const) : ('depth' as const)
  const files: Written[] = []
  const service = {
    write: async (name: string, bytes: Uint8Array, mime: string) => void files.push({ name, bytes, mime }),
  }
  const value = { kind, meaning: AFFINE_DEPTH, tensor, frame: frameOf(width, height) }
  await bench.run('output/export', {
    inputs: { value },
    params: params as never,
    member,
    services: [[OutputFiles, service]],
  })
  tensor.release()
  expect(bench.backend.bytes).toBe(0)
  const [file] = files
  if (file === undefined || files.length !== 1) throw new Error('Not one file.')
  return file
}

describe('Export', () => {
  it('cuts 16-bit depth down to whole steps, as export_depth_to_16bit_png', async () => {
    const depth = await (await fixtureTensors('colour/colour.safetensors')).f32('depth')
    const expected = new Int32Array(
      (await rawTensors('colour/colour.safetensors')).get('export_16bit')?.bytes.buffer ?? [],
    )
    const { name, bytes, mime } = await write([...depth], [1, 19, 27], { format: 'png16', name: 'depth' })
    const png = decode(bytes, { checkCrc: true })
    expect([name, mime, png.depth, png.channels, png.width, png.height]).toEqual([
      'depth.png',
      'image/png',
      16,
      1,
      27,
      19,
    ])
    expect([...png.data]).toEqual([...expected])
  })

  it('cuts values outside 0..1 off instead of wrapping around', async () => {
    const { bytes } = await write([-0.1, 1.5, NaN, 1], [1, 1, 4], { format: 'png16', name: 'x' })
    expect([...decode(bytes).data]).toEqual([0, 65535, 0, 65535])
  })

  it('writes every 8-bit level back as it was read', async () => {
    const levels = Array.from({ length: 256 }, (_, i) => Math.fround(i / 255))
    const { bytes } = await write(levels, [1, 16, 16], { format: 'png8', name: 'x' })
    expect([...decode(bytes).data]).toEqual(Array.from({ length: 256 }, (_, i) => i))
  })

  it('writes colours interleaved', async () => {
    const { bytes } = await write([1, 0, 0, 1, 0, 0], [3, 1, 2], { format: 'png8', name: 'x' })
    const png = decode(bytes)
    expect([png.channels, ...png.data]).toEqual([3, 255, 0, 0, 0, 255, 0])
  })

  it.each([
    [[1, 2, 3] as const, '(2, 3)'],
    [[3, 1, 2] as const, '(1, 2, 3)'],
  ])('writes .npy that NumPy reads: %s', async (dims, shape) => {
    const values = Array.from({ length: 6 }, (_, i) => Math.fround(i / 7 - 0.2))
    const { name, bytes } = await write(values, [...dims], { format: 'npy', name: 'depth' })
    const header = new DataView(bytes.buffer).getUint16(8, true)
    const text = new TextDecoder('latin1').decode(bytes.subarray(0, 10 + header))
    expect(name).toBe('depth.npy')
    expect(text.startsWith('\x93NUMPY\x01\x00')).toBe(true)
    expect((10 + header) % 64).toBe(0)
    expect(text.endsWith('\n')).toBe(true)
    expect(text).toContain(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`)
    const stored = [...new Float32Array(bytes.slice(10 + header).buffer)]
    const pixels = 6 / dims[0]
    const expected = dims[0] === 1 ? values : values.map((_, i) => values[(i % 3) * pixels + Math.floor(i / 3)])
    expect(stored).toEqual(expected)
  })

  it('numbers the members of an ensemble', async () => {
    expect((await write([0], [1, 1, 1], { format: 'npy', name: 'd' }, { index: 1, count: 3 })).name).toBe('d-2.npy')
  })

  it.each([
    ['../../etc/passwd', 'etc-passwd.png'],
    ['CON', '_CON.png'],
    ['lpt1.depth', '_lpt1.depth.png'],
    ['console', 'console.png'],
    ['.hidden', 'hidden.png'],
    ['Tiefe für Anna', 'Tiefe-fur-Anna.png'],
  ])('makes a safe file name of %s', async (given, safe) => {
    const { name } = await write([0], [1, 1, 1], { format: 'png8', name: given })
    expect(name).toBe(safe)
  })

  it('refuses a name that has nothing to keep', async () => {
    await expect(write([0], [1, 1, 1], { format: 'png8', name: '///' })).rejects.toMatchObject({
      code: 'node/no-file-name',
    })
  })
})
