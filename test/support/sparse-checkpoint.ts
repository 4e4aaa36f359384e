import { cp, mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DTYPE_BYTES } from '../../src/weights/dtype.ts'
import { count } from '../../src/tensor/tensor.ts'
import { FIXTURES, fixtureJson } from './fixtures.ts'

const ENDING = { F16: '.fp16.safetensors', F32: '.safetensors' } as const

/**
 * A folder with every config and tensor of prs-eth/marigold-depth-v1-1, at its real size, whose weights are holes: zeros that
 * take no room on the disk. For what is decided before weights are read.
 */
export async function sparseCheckpoint(folder: string, dtype: 'F16' | 'F32'): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const path of ['model_index.json', 'scheduler', 'unet', 'vae'])
    await cp(join(FIXTURES, 'full', path), join(folder, path), { recursive: true })
  const shapes =
    await fixtureJson<Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>>('full/tensors.json')
  for (const component of ['unet', 'vae']) {
    let at = 0
    const entries = Object.entries(shapes[component] ?? {}).map(([name, shape]) => {
      const begin = at
      at += count(shape) * DTYPE_BYTES[dtype]
      return [name, { dtype, shape, data_offsets: [begin, at] }]
    })
    const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
    const length = new Uint8Array(8)
    new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true)
    const path = join(folder, component, `diffusion_pytorch_model${ENDING[dtype]}`)
    await writeFile(path, Buffer.concat([length, header]))
    await truncate(path, 8 + header.length + at)
  }
  return folder
}
