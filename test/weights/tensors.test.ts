import { describe, expect, it } from 'vitest'
import { memoryFiles } from '../../src/weights/files.ts'
import { openWeights } from '../../src/weights/tensors.ts'
import { counting, f32, safetensors, type MadeTensor } from './files-made-here.ts'

const full = safetensors({ w: f32([2], [1, -2.5]) })
const half: MadeTensor = { dtype: 'F16', shape: [2], bytes: new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer) }
const fp16 = safetensors({ w: half })
const folder = (files: Record<string, Uint8Array | string>) =>
  memoryFiles(
    'ckpt',
    new Map(
      Object.entries(files).map(([path, data]) => [
        path,
        typeof data === 'string' ? new TextEncoder().encode(data) : data,
      ]),
    ),
  )
const index = (map: Record<string, unknown>) => JSON.stringify({ metadata: {}, weight_map: map })
const STEM = 'unet/diffusion_pytorch_model'

describe('which file is opened', () => {
  const both = folder({ [`${STEM}.safetensors`]: full, [`${STEM}.fp16.safetensors`]: fp16 })
  it('the full precision one of two, unless half is preferred', async () => {
    expect((await openWeights(both, 'unet')).get('w').dtype).toBe('F32')
    expect((await openWeights(both, 'unet', { prefer: 'fp16' })).get('w').dtype).toBe('F16')
  })
  it('the only one, whatever is preferred', async () => {
    const one = folder({ [`${STEM}.fp16.safetensors`]: fp16 })
    expect((await openWeights(one, 'unet')).get('w')).toMatchObject({ dtype: 'F16', file: `${STEM}.fp16.safetensors` })
    const other = folder({ [`${STEM}.safetensors`]: full })
    expect((await openWeights(other, 'unet', { prefer: 'fp16' })).get('w').dtype).toBe('F32')
  })
  it('model.safetensors for the text encoder', async () => {
    expect((await openWeights(folder({ 'text_encoder/model.safetensors': full }), 'text_encoder')).names).toEqual(['w'])
  })
  it('none: the error names the file to add, or the pickle to convert', async () => {
    await expect(openWeights(folder({}), 'vae')).rejects.toMatchObject({
      code: 'checkpoint/missing-file',
      fix: expect.stringContaining('vae/diffusion_pytorch_model.safetensors'),
    })
    await expect(openWeights(folder({ 'vae/diffusion_pytorch_model.bin': full }), 'vae')).rejects.toMatchObject({
      fix: expect.stringContaining('convert'),
    })
  })
})

describe('shards', () => {
  const shards = {
    'unet/a.safetensors': safetensors({ x: f32([1], [7]) }),
    'unet/b.safetensors': safetensors({ y: f32([1], [8]) }),
  }
  it('are read as one set, each tensor with the file its offsets belong to', async () => {
    const files = folder({
      ...shards,
      [`${STEM}.safetensors.index.json`]: index({ x: 'a.safetensors', y: 'b.safetensors' }),
    })
    const weights = await openWeights(files, 'unet')
    expect(weights.names).toEqual(['x', 'y'])
    expect(weights.get('y').file).toBe('unet/b.safetensors')
    expect([...(await weights.f32('y'))]).toEqual([8])
    expect([...weights.sources.keys()]).toEqual(['unet/a.safetensors', 'unet/b.safetensors'])
  })
  it('of the half variant are found by its own index', async () => {
    const files = folder({ ...shards, [`${STEM}.safetensors.index.fp16.json`]: index({ x: 'a.safetensors' }) })
    expect((await openWeights(files, 'unet')).names).toEqual(['x'])
  })
  it.each([
    ['a file that is not there', { x: 'c.safetensors' }, 'checkpoint/missing-file'],
    ['a tensor that is not in its file', { x: 'a.safetensors', y: 'a.safetensors' }, 'checkpoint/missing-tensor'],
    ['a path out of the folder', { x: '../vae/a.safetensors' }, 'checkpoint/unsafe-path'],
    ['something that is no name', { x: 3 }, 'checkpoint/bad-index'],
    ['a pickle', { x: 'a.bin' }, 'checkpoint/bad-index'],
  ])('an index that gives %s is refused', async (_what, map, code) => {
    const files = folder({ ...shards, [`${STEM}.safetensors.index.json`]: index(map) })
    await expect(openWeights(files, 'unet')).rejects.toMatchObject({ code, fix: expect.any(String) })
  })
  it('an index without a map is refused', async () => {
    await expect(openWeights(folder({ [`${STEM}.safetensors.index.json`]: '{}' }), 'unet')).rejects.toMatchObject({
      code: 'checkpoint/bad-index',
      fix: expect.any(String),
    })
  })
})

describe('tensors', () => {
  const made = {
    odd: counting('U8', [3]),
    w: f32([2], [1, -2.5]),
    h: half,
    b: { dtype: 'BF16', shape: [1, 2], bytes: new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer) },
  } as const
  const open = () => openWeights(folder({ [`${STEM}.safetensors`]: safetensors(made) }), 'unet')

  it('of every float type come as float32, from unaligned offsets too', async () => {
    const weights = await open()
    expect(weights.get('w').begin % 4).not.toBe(0)
    for (const name of ['w', 'h', 'b']) expect([...(await weights.f32(name))]).toEqual([1, -2.5])
  })
  it('of an integer type are refused as floats but given as bytes', async () => {
    const weights = await open()
    await expect(weights.f32('odd')).rejects.toMatchObject({
      code: 'checkpoint/unsupported',
      fix: expect.any(String),
    })
    expect([...(await weights.bytes('odd'))]).toEqual([0, 1, 2])
  })
  it('that are missing are named', async () => {
    const weights = await open()
    expect(weights.has('conv_in.weight')).toBe(false)
    expect(() => weights.get('conv_in.weight')).toThrowError(
      expect.objectContaining({
        code: 'checkpoint/missing-tensor',
        message: expect.stringContaining('conv_in.weight'),
      }),
    )
  })
  it('are checked against the shape they must have', async () => {
    const weights = await open()
    expect(weights.expect('b', [1, 2]).dtype).toBe('BF16')
    for (const shape of [[2, 1], [2], [1, 2, 1]]) {
      expect(() => weights.expect('b', shape)).toThrowError(expect.objectContaining({ code: 'checkpoint/wrong-shape' }))
    }
  })
})
