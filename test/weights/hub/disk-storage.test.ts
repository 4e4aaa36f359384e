import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'vitest'
import { diskStorage } from '../../../src/weights/hub/disk-storage.ts'
import { contract } from './support/storage-contract.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'))
})
afterEach(() => rm(folder, { recursive: true }))

it.each(Object.entries(contract))('on a disk, %s', async (_name, holds) => {
  await holds(diskStorage(join(folder, 'root')))
})
