import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import type { Prediction } from '../../models/checkpoint/modality.ts'
import { OutputFiles, type LatentValue, type NormalsValue } from '../../src/node/index.ts'
import { Bench, data, frameOf, oneValue } from './support.ts'
import { toyCheckpoints, toyFor } from './toy-checkpoint.ts'

const checkpoint = { kind: 'checkpoint' as const, id: 'toy', name: 'Toy' }

/** Members of one pixel. */
const pixel = (bench: Bench, n: readonly number[]): NormalsValue => ({
  kind: 'normals',
  tensor: bench.tensor([1, 3, 1, 1], (i) => n[i] ?? 0),
  frame: frameOf(1, 1),
})

const latent = (bench: Bench, value: number): LatentValue => ({
  kind: 'latent',
  tensor: bench.tensor([1, 4, 1, 1], () => value),
  frame: frameOf(5, 3),
  factor: 8,
})

describe('a checkpoint at the wrong decoder', () => {
  it.each([
    ['normals/vae-decode', 'depth'],
    ['depth/vae-decode', 'normals'],
  ] as const)('%s says what it needs: given one for %s', async (type, modality) => {
    const bench = new Bench()
    const services = [[Checkpoints, toyCheckpoints(bench.backend, toyFor({ modality }))] as const]
    const inputs = { latent: latent(bench, 0), checkpoint }
    await expect(bench.run(type, { inputs, services })).rejects.toMatchObject({
      code: 'node/wrong-modality',
      message: expect.stringContaining('Toy predicts'),
      fix: expect.stringMatching(/^Choose a checkpoint for .+ in Load Checkpoint/),
    })
    inputs.latent.tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})

describe('Decode Normals', () => {
  const decoded = async (value: number, predicts: Partial<Prediction> = {}) => {
    const bench = new Bench()
    const toy = toyCheckpoints(bench.backend, toyFor({ modality: 'normals', ...predicts }))
    const inputs = { latent: latent(bench, value), checkpoint }
    const called = await bench.run('normals/vae-decode', { inputs, services: [[Checkpoints, toy]] })
    const normals = oneValue(called, 'normals', 'normals')
    return { dims: normals.tensor.dims, first: [0, 15, 30].map((i) => data(normals)[i]) }
  }

  it('clips, gives length 1, and cuts the padding off', async () => {
    const { dims, first } = await decoded(7)
    expect(dims).toEqual([1, 3, 3, 5])
    for (const component of first) expect(component).toBeCloseTo(1 / Math.sqrt(3), 6)
  })

  it('reads z over 0..1 where the checkpoint says so', async () => {
    const { first } = await decoded(-1, { useFullZRange: false })
    expect(first[2]).toBe(0)
    expect(first[0]).toBeCloseTo(-Math.SQRT1_2, 6)
  })
})

describe('Ensemble Normals', () => {
  const [right, up, viewer] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const

  it('takes the member closest to the mean, or the mean, and says how far they are from it', async () => {
    const bench = new Bench()
    const normals = [right, viewer, viewer].map((n) => pixel(bench, n))
    const closest = await bench.run('normals/ensemble', { inputs: { normals } })
    expect([...data(oneValue(closest, 'normals', 'normals'))]).toEqual([...viewer])
    const mean = await bench.run('normals/ensemble', { inputs: { normals }, params: { reduction: 'mean' } })
    const expected = [1, 0, 2].map((v) => v / Math.sqrt(5))
    data(oneValue(mean, 'normals', 'normals')).forEach((v, i) => expect(v).toBeCloseTo(expected[i] ?? 0, 6))
    const angle = (Math.acos(1 / Math.sqrt(5)) + 2 * Math.acos(2 / Math.sqrt(5))) / 3 / Math.PI
    for (const called of [closest, mean]) {
      expect(data(oneValue(called, 'uncertainty', 'uncertainty'))[0]).toBeCloseTo(angle, 6)
    }
  })

  it('passes one member on, certain', async () => {
    const bench = new Bench()
    const called = await bench.run('normals/ensemble', { inputs: { normals: [pixel(bench, up)] } })
    expect([...data(oneValue(called, 'normals', 'normals'))]).toEqual([...up])
    expect([...data(oneValue(called, 'uncertainty', 'uncertainty'))]).toEqual([0])
  })

  it('warns of two members, and takes the first: both are as close to their mean', async () => {
    const bench = new Bench()
    const pair = { normals: [right, up].map((n) => pixel(bench, n)) }
    const called = await bench.run('normals/ensemble', { inputs: pair })
    expect(called.warnings).toEqual([expect.stringContaining('at least 3')])
    expect([...data(oneValue(called, 'normals', 'normals'))]).toEqual([...right])
  })

  it('refuses members of several sizes', async () => {
    const bench = new Bench()
    const wide = { ...pixel(bench, up), tensor: bench.tensor([1, 3, 1, 2], () => 0) }
    const inputs = { normals: [pixel(bench, up), wide] }
    await expect(bench.run('normals/ensemble', { inputs })).rejects.toMatchObject({ code: 'node/unequal-members' })
  })
})

describe('normals leave', () => {
  it('as a normal map, with axes turned round where asked', async () => {
    const bench = new Bench()
    const normals = pixel(bench, [0.6, -0.8, 0])
    const colours = async (params: object) => {
      const called = await bench.run('normals/colorize', { inputs: { normals }, params: { ...params } })
      return [...data(oneValue(called, 'image', 'image'))].map((v) => Math.round(v * 1000) / 1000)
    }
    expect(await colours({})).toEqual([0.8, 0.1, 0.5])
    expect(await colours({ flip_x: true, flip_y: true })).toEqual([0.2, 0.9, 0.5])
    expect(await colours({ flip_z: true })).toEqual([0.8, 0.1, 0.5])
  })

  it('in NPY as they are, in PNG from −1..1 to 0..1', async () => {
    const bench = new Bench()
    const files = new Map<string, Uint8Array>()
    const services = [[OutputFiles, { write: async (name: string, bytes: Uint8Array) => void files.set(name, bytes) }]]
    const value = pixel(bench, [0, -1, 0.5])
    for (const format of ['npy', 'png8']) {
      await bench.run('output/export', {
        inputs: { value },
        params: { format, name: 'n' },
        services: services as never,
      })
    }
    const npy = files.get('n.npy') ?? new Uint8Array()
    expect([...new Float32Array(npy.slice(-12).buffer)]).toEqual([0, -1, 0.5])
    expect([...decode(files.get('n.png') ?? new Uint8Array()).data]).toEqual([127, 0, 191])
  })

  it('at the size of the photo, with length 1 again', async () => {
    const bench = new Bench()
    const value: NormalsValue = {
      kind: 'normals',
      tensor: bench.tensor([1, 3, 1, 2], (i) => [1, 0, 0, 1, 0, 0][i] ?? 0),
      frame: frameOf(2, 1),
    }
    const like = { kind: 'image' as const, tensor: bench.tensor([1, 3, 1, 4], () => 0), frame: frameOf(4, 1) }
    const matched = oneValue(await bench.run('image/match-size', { inputs: { value, like } }), 'value', 'normals')
    const [x, y] = [data(matched).subarray(0, 4), data(matched).subarray(4, 8)]
    x.forEach((v, i) => expect(Math.hypot(v, y[i] ?? 0)).toBeCloseTo(1, 6))
    expect(x[1]).toBeCloseTo(0.75 / Math.hypot(0.75, 0.25), 6)
    for (const { tensor } of [value, like, matched]) tensor.release()
    expect(bench.backend.bytes).toBe(0)
  })
})
