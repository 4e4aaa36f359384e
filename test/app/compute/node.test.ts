import { expect, test, vi } from 'vitest'
import { openNodeCompute } from '../../../src/app/compute/node.ts'

vi.mock('webgpu', () => {
  throw new Error('The package is not there.')
})

test('WebGPU that was asked for without its optional package is an error that says how to get it', async () => {
  await expect(openNodeCompute('webgpu')).rejects.toMatchObject({
    code: 'cli/no-webgpu',
    message: expect.stringContaining('package webgpu'),
    fix: expect.stringContaining('--include=optional'),
  })
})

test('left to itself, what computes is WebAssembly where there is no graphics card, and says why', async () => {
  vi.stubEnv('VK_ICD_FILENAMES', 'none.json')
  const { info, close } = await openNodeCompute('auto')
  expect(info).toMatchObject({ backend: 'wasm', reason: expect.any(String) })
  await close()
})
