import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readFolder } from '../../../models/checkpoint/folder.ts'
import { memoryNeeds, memoryText, type MemoryNeeds } from '../../../src/app/cli/memory-needs.ts'
import { withSettings } from '../../../src/app/cli/settings.ts'
import { nodes } from '../../../src/app/registry.ts'
import { parseDocument } from '../../../src/graph/validate.ts'
import { nodeFolder } from '../../../src/weights/node-folder.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Of the embedded checkpoint, for the graph with one of its settings changed. */
async function needs(resolution?: string): Promise<MemoryNeeds> {
  const signal = new AbortController().signal
  const { document } = parseDocument(await readFile(join(ROOT, 'examples/depth.json'), 'utf8'), nodes)
  const set = resolution === undefined ? [] : [{ node: 'fit', param: 'resolution', value: resolution }]
  const folder = await readFolder(await nodeFolder(join(ROOT, 'models/marigold-nano')), signal)
  return memoryNeeds(folder, withSettings(document, nodes, set), signal)
}

it('memory is forecast for the resolution of the graph, or the checkpoint’s own', async () => {
  const own = await needs()
  expect(own.side).toBe(192)
  expect(memoryText(own)).toMatch(
    /^about \d[\d.]+ MB of memory on WebGPU and \d[\d.]+ MB on WebAssembly for 192 × 192 px$/,
  )
  const large = await needs('770')
  expect(large.side).toBe(776)
  // The weights stay; what is as large as the picture is 16 times as much.
  expect(large.webgpu / own.webgpu).toBeGreaterThan(4)
  expect(large.webgpu / own.webgpu).toBeLessThan(17)
  expect(large.fitsWasm).toBe(true)
})

it('what WebAssembly cannot hold is said to be too much', async () => {
  const huge = await needs('4096')
  expect(huge.fitsWasm).toBe(false)
  expect(memoryText(huge)).toMatch(/ GB, too much, on WebAssembly for 4096 × 4096 px$/)
})
