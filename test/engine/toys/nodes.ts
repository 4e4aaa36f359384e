import { AppError } from '../../../src/base/errors.ts'
import type { AnyNode } from '../../../src/node/define.ts'
import { defineNode } from '../../../src/node/define.ts'
import { choice, color, integer, number, picture, seed, text } from '../../../src/node/params.ts'
import { anyOf, checkpoint, depth, each, image, latent, optional, sameAs } from '../../../src/node/ports.ts'
import type { RunContext } from '../../../src/node/context.ts'
import type { Frame, LatentValue } from '../../../src/node/values.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { AFFINE_DEPTH } from '../../support/meaning.ts'

const size = { width: 2, height: 1 }
export const FRAME: Frame = { original: size, content: size }

/** What the toys report to a test. */
export interface Ledger {
  /** `type` or `type#member`, in the order in which they ran to the end. */
  readonly ran: string[]
  /** Called at every point where a toy waits. */
  tick(): Promise<void>
}

const about = ''
const first = (tensor: Tensor): number => (tensor.location === 'cpu' ? (tensor.data[0] ?? 0) : NaN)
const make = (ctx: RunContext, value: number): Tensor => ctx.backend.upload(Float32Array.of(value, value), [1, 1, 1, 2])

/** A small graph language with every feature of the contract: sources, ensembles, batches, optional, `same`, sinks. */
export function toys(ledger: Ledger): ReadonlyMap<string, AnyNode> {
  const work = async (name: string, ctx: RunContext) => {
    for (let step = 0; step < 2; step++) {
      ctx.signal.throwIfAborted()
      await ledger.tick()
      ctx.progress(step + 1, 2)
    }
    ctx.signal.throwIfAborted()
    ledger.ran.push(ctx.member.count > 1 ? `${name}#${ctx.member.index}` : name)
  }

  const photo = defineNode({
    type: 'input/photo',
    version: 1,
    title: 'Photo',
    about,
    inputs: {},
    outputs: { image: image(about) },
    params: {
      picture: picture({ label: 'Picture', about, default: { from: 'example', name: 'a' } }),
      gain: number({ label: 'Gain', about, default: 1, min: 0, max: 10, step: 1 }),
    },
    async run(_, { gain }, ctx) {
      const tensor = make(ctx, gain)
      try {
        await work('photo', ctx)
        return { image: { kind: 'image', tensor: tensor.retain(), frame: FRAME } }
      } finally {
        tensor.release()
      }
    },
  })

  const encode = defineNode({
    type: 'toy/encode',
    version: 2,
    title: 'Encode',
    about,
    inputs: { image: image(about), checkpoint: optional(checkpoint(about)) },
    params: {},
    outputs: { latent: latent(about) },
    async run({ image: given }, _, ctx) {
      await work('encode', ctx)
      return { latent: { kind: 'latent', tensor: make(ctx, first(given.tensor) + 1), frame: FRAME, factor: 8 } }
    },
  })

  const noise = defineNode({
    type: 'toy/noise',
    version: 1,
    title: 'Noise',
    about,
    inputs: { like: latent(about) },
    params: {
      seed: seed({ label: 'Seed', about, default: 1 }),
      members: integer({ label: 'Members', about, default: 4, min: 1, max: 20 }),
    },
    outputs: { noise: each(latent(about)) },
    expand: { count: ({ members }) => members, key: ({ seed: s }, { index }) => ({ seed: s, index }) },
    async run({ like }, { seed: s }, ctx) {
      await work('noise', ctx)
      return { noise: { ...like, tensor: make(ctx, s + ctx.member.index) } }
    },
  })

  const denoise = defineNode({
    type: 'toy/denoise',
    version: 1,
    title: 'Denoise',
    about,
    cost: 'heavy',
    inputs: { image: latent(about), noise: latent(about) },
    params: {
      steps: integer({ label: 'Steps', about, default: 1, min: 1, max: 9 }),
      batch: integer({ label: 'Batch', about, default: 1, min: 1, max: 9, keyed: false }),
    },
    outputs: { latent: latent(about) },
    async run({ image: a, noise: b }, { steps }, ctx) {
      await work('denoise', ctx)
      return { latent: { ...a, tensor: make(ctx, first(a.tensor) * 100 + first(b.tensor) + steps) } }
    },
    batch: {
      size: ({ batch }) => batch,
      async run(members, { steps }, ctx) {
        if (members.length > 2) throw new AppError('gpu/out-of-memory', 'Too large.')
        const made: { latent: LatentValue }[] = []
        try {
          for (const { image: a, noise: b } of members) {
            made.push({ latent: { ...a, tensor: make(ctx, first(a.tensor) * 100 + first(b.tensor) + steps) } })
            await ledger.tick()
          }
          ctx.signal.throwIfAborted()
        } catch (error) {
          for (const {
            latent: { tensor },
          } of made)
            tensor.release()
          throw error
        }
        members.forEach((_, i) => ledger.ran.push(`denoise#${ctx.member.index + i}`))
        return made
      },
    },
  })

  const mean = defineNode({
    type: 'toy/mean',
    version: 1,
    title: 'Mean',
    about,
    inputs: { depth: each(latent(about)) },
    params: {},
    outputs: { depth: depth(about) },
    async run({ depth: all }, _, ctx) {
      await work('mean', ctx)
      ctx.warn(`${all.length} members`)
      return {
        depth: {
          kind: 'depth',
          meaning: AFFINE_DEPTH,
          tensor: make(ctx, all.reduce((sum, { tensor }) => sum + first(tensor), 0) / all.length),
          frame: FRAME,
        },
      }
    },
  })

  const same = defineNode({
    type: 'toy/same',
    version: 1,
    title: 'Same',
    about,
    inputs: { value: anyOf(['depth', 'image', 'latent'], about) },
    params: {},
    outputs: { value: sameAs('value', ['depth', 'image', 'latent'], about) },
    async run({ value }, _, ctx) {
      await work('same', ctx)
      return { value: { ...value, tensor: value.tensor.retain() } }
    },
  })

  const colour = defineNode({
    type: 'toy/colour',
    version: 1,
    title: 'Colour',
    about,
    inputs: { value: depth(about) },
    outputs: { image: image(about) },
    params: {
      map: choice({ label: 'Map', about, default: 'grey', options: ['grey', 'red'] }),
      tint: color({ label: 'Tint', about, default: '#ff0000', when: { param: 'map', is: ['red'] } }),
    },
    async run({ value }, { map }, ctx) {
      await work('colour', ctx)
      return {
        image: { kind: 'image', tensor: make(ctx, first(value.tensor) + (map === 'red' ? 0.5 : 0)), frame: FRAME },
      }
    },
  })

  const fail = defineNode({
    type: 'toy/fail',
    version: 1,
    title: 'Fail',
    about,
    inputs: { value: latent(about) },
    outputs: { value: latent(about) },
    params: {
      at: integer({ label: 'At', about, default: 0, min: -1, max: 20 }),
      how: choice({ label: 'How', about, default: 'typed', options: ['typed', 'foreign', 'nothing'] }),
    },
    async run({ value }, { at, how }, ctx) {
      if (ctx.member.index === at && how === 'typed')
        throw new AppError('node/toy', 'It failed as asked.', { fix: 'Ask for less.' })
      if (ctx.member.index === at && how === 'foreign') throw new RangeError('foreign')
      if (ctx.member.index === at) return {} as never
      await work('fail', ctx)
      return { value: { ...value, tensor: value.tensor.retain() } }
    },
  })

  const view = defineNode({
    type: 'output/view',
    version: 1,
    title: 'View',
    about,
    sink: true,
    inputs: { value: anyOf(['depth', 'image', 'latent'], about) },
    params: {},
    outputs: {},
    async run(_, __, ctx) {
      await work('view', ctx)
      return {}
    },
  })

  const write = defineNode({
    type: 'output/write',
    version: 1,
    title: 'Write',
    about,
    sink: true,
    inputs: { value: anyOf(['depth', 'image', 'latent'], about) },
    params: { name: text({ label: 'Name', about, default: 'out', maxLength: 20 }) },
    outputs: {},
    async run(_, __, ctx) {
      await work('write', ctx)
      return {}
    },
  })

  const all: readonly AnyNode[] = [photo, encode, noise, denoise, mean, same, colour, fail, view, write]
  return new Map(all.map((node) => [node.type, node]))
}
