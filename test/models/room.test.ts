import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readFolder, type CheckpointFolder } from '../../models/checkpoint/folder.ts'
import { forecastPart } from '../../models/checkpoint/memory.ts'
import { PARTS, Room, type Identified } from '../../models/checkpoint/room.ts'
import type { AppError } from '../../src/base/errors.ts'
import { HEAP, type Held } from '../../src/onnx/runtime.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'

const signal = new AbortController().signal
const device = { target: 'wasm', half: false, tensor: 2 ** 27, memory: Infinity } as const
/** Cells of 512 × 512 pixels. */
const SIZE = { batch: 1, height: 64, width: 64 }

let nano: CheckpointFolder
beforeAll(async () => {
  nano = await readFolder(await nodeFolder(join(import.meta.dirname, '../../models/marigold-nano')), signal)
})

const named = (id: string): Identified => ({ id, folder: nano, files: nano.files })
const held = (memory: number): Held => ({ backend: { kind: 'cpu' }, half: false, capacity: { ...HEAP, memory } })
const needs = async (size = SIZE): Promise<Record<string, { weights: number; all: number }>> => {
  const entries = PARTS.map(async (part) => {
    const { weights, activations } = await forecastPart(nano, nano.files, part, device, size, signal)
    return [part, { weights, all: weights + activations }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
const bytes = (needs: Record<string, { weights: number; all: number }>, part: string) =>
  needs[part] ?? { weights: NaN, all: NaN }
const nothing = async (): Promise<void> => undefined

describe('the memory of a runtime', () => {
  it('refuses what cannot run alone, with a size at which every part of the checkpoint can', async () => {
    const decoder = bytes(await needs(), 'decoder').all
    // Enough for the encoder at 0.9 of this, not for the decoder.
    const { all: encoder } = bytes(await needs({ batch: 1, height: 58, width: 58 }), 'encoder')
    const room = new Room(held(encoder))
    expect(encoder).toBeLessThan(decoder)
    const refused = await room
      .admit(named('nano'), 'encoder', SIZE, signal, nothing)
      .then(() => undefined)
      .catch((error: AppError) => error)
    expect(refused).toMatchObject({
      code: 'onnx/too-large',
      message: expect.stringMatching(/^The VAE encoder needs about [\d.]+ MB at 512 × 512 px; models may/) as string,
      fix: expect.stringMatching(/^Use at most \d+ × \d+ px: Fit to Resolution sets it\.$/) as string,
      remedies: [{ do: 'lower', param: 'resolution', by: expect.any(Number) as number }],
    })
    const side = Number(/most (\d+)/.exec(refused?.fix ?? '')?.[1]) / 8
    const smaller = { batch: 1, height: side, width: side }
    for (const part of PARTS) await room.admit(named('nano'), part, smaller, signal, nothing)
    // And no smaller than it must be.
    const larger = { batch: 1, height: side + 4, width: side + 4 }
    await expect(room.admit(named('nano'), 'decoder', larger, signal, nothing)).rejects.toThrow()
  })

  it('says on the checkpoint what it says at a node', async () => {
    const decoder = bytes(await needs(), 'decoder').all
    const room = new Room(held(decoder - 1))
    const { refusal } = await room.need(named('nano'), SIZE, signal)
    const refused = await room.admit(named('nano'), 'decoder', SIZE, signal, nothing).catch((error: AppError) => error)
    expect(refused).toEqual(refusal)
  })

  it('sets the batch size to 1 where that is enough', async () => {
    const room = new Room(held(bytes(await needs(), 'decoder').all))
    const batch = { ...SIZE, batch: 4 }
    await expect(room.admit(named('nano'), 'decoder', batch, signal, nothing)).rejects.toMatchObject({
      remedies: [{ do: 'set', param: 'batch_size', value: 1 }],
    })
  })

  it('frees what was not used for longest where models that are loaded together would take too much', async () => {
    const known = await needs()
    const [encoder, unet, decoder] = PARTS.map((part) => bytes(known, part))
    const freed: string[] = []
    const admit = (room: Room, id: string, part: (typeof PARTS)[number]) =>
      room.admit(named(id), part, SIZE, signal, async () => void freed.push(`${id} ${part}`))
    // The decoder beside the encoder, but not beside the U-Net as well.
    const room = new Room(held((decoder?.all ?? 0) + (encoder?.weights ?? 0)))
    await admit(room, 'a', 'unet')
    await admit(room, 'a', 'encoder')
    expect(freed).toEqual([])
    await admit(room, 'a', 'decoder')
    expect(freed).toEqual(['a unet'])
    // Another checkpoint counts as well; what is in use now is not freed for itself.
    await admit(room, 'b', 'decoder')
    expect(freed).toEqual(['a unet', 'a encoder', 'a decoder'])
    expect(unet?.weights).toBeGreaterThan(encoder?.weights ?? 0)
  })

  it('does not count what was closed', async () => {
    const known = await needs()
    const room = new Room(held(bytes(known, 'decoder').all))
    let freed = 0
    const admit = (id: string) => room.admit(named(id), 'decoder', SIZE, signal, async () => void (freed += 1))
    await admit('a')
    room.released('a')
    await admit('b')
    expect(freed).toBe(0)
  })

  it('says what the attention of a U-Net cannot count on WebAssembly before it runs', async () => {
    const size = { batch: 1, height: 156, width: 156 }
    await expect(new Room(held(HEAP.memory)).admit(named('nano'), 'unet', size, signal, nothing)).rejects.toMatchObject(
      {
        code: 'onnx/too-large',
        message: '1248 × 1248 px are too many pixels for the U-Net on WebAssembly.',
        remedies: [{ do: 'lower', param: 'resolution', by: 0.95 }],
      },
    )
  })
})
