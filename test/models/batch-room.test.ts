import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { roomFor } from '../../models/checkpoint/batch-room.ts'
import { readFolder, type CheckpointFolder } from '../../models/checkpoint/folder.ts'
import { forecastPart } from '../../models/checkpoint/memory.ts'
import type { Capacity, Held } from '../../src/onnx/runtime.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'

const { signal } = new AbortController()
let folder: CheckpointFolder
beforeAll(async () => {
  folder = await readFolder(await nodeFolder(join(import.meta.dirname, '../../models/marigold-nano')), signal)
})

const device = { target: 'webgpu', half: false, tensor: 2 ** 27, memory: Infinity } as const
const card = (capacity: Partial<Capacity> = {}): Held => ({
  backend: { kind: 'webgpu' },
  half: false,
  capacity: { weights: Infinity, tensor: device.tensor, memory: Infinity, ...capacity },
})
const at = (side: number, batch = 4) => ({ batch, height: side, width: side })

test('where nobody says how much memory there is, several members fit while they take a gigabyte', async () => {
  for (const part of ['unet', 'decoder'] as const) {
    const sides = [24, 96, 256]
    const rooms = await Promise.all(sides.map((side) => roomFor(folder, folder.files, card(), part, at(side), signal)))
    expect(rooms[0]).toBe(4)
    expect(rooms).toEqual(rooms.toSorted((a, b) => b - a))
    expect(rooms.at(-1)).toBeLessThan(4)
    for (const [i, batch] of rooms.entries()) {
      if (batch === 1) continue
      const need = await forecastPart(folder, folder.files, part, device, at(sides[i] ?? 0, batch), signal)
      expect(need.activations).toBeLessThanOrEqual(2 ** 30)
    }
  }
})

test('a limit that a person sets holds for the batch, and so does what the device can bind at once', async () => {
  const need = await forecastPart(folder, folder.files, 'unet', device, at(48, 2), signal)
  const { weights, activations, largest } = need
  const enough = weights + activations
  expect(await roomFor(folder, folder.files, card({ memory: enough }), 'unet', at(48), signal)).toBe(2)
  expect(await roomFor(folder, folder.files, card({ memory: enough - 1 }), 'unet', at(48), signal)).toBe(1)
  expect(await roomFor(folder, folder.files, card({ tensor: largest }), 'unet', at(48), signal)).toBe(2)
  expect(await roomFor(folder, folder.files, card({ tensor: largest - 1 }), 'unet', at(48), signal)).toBe(1)
})
