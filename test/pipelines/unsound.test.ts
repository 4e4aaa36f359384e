import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { exampleEngine, withParams } from './support/example-engine.ts'

vi.setConfig({ testTimeout: 60_000 })

let folder: string
let runtime: OnnxRuntime
const backend = new CpuBackend()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overflow-'))
  runtime = await openWasmRuntime({ backend, threads: 2 })
})
afterAll(() => rm(folder, { recursive: true }))

/** The tiny checkpoint, in whose parameters of this name every weight is `weight`: sums of 10³⁰ overflow float32. */
async function spoilt(component: 'unet' | 'vae', parameters: RegExp, weight: number): Promise<string> {
  const copy = join(folder, `${component}-${weight}-${parameters.source.replace(/\W/g, '')}`)
  await cp(join(FIXTURES, 'checkpoints/tiny-lcm'), copy, { recursive: true })
  const path = join(copy, component, 'diffusion_pytorch_model.safetensors')
  const bytes = await readFile(path)
  const start = 8 + Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { data_offsets?: [number, number] }>
  for (const [name, { data_offsets: [from, to] = [0, 0] }] of Object.entries(header)) {
    if (parameters.test(name)) for (let at = start + from; at < start + to; at += 4) bytes.writeFloatLE(weight, at)
  }
  await writeFile(path, bytes)
  return copy
}

it.each([
  ['encode', 'vae', /^encoder.*weight/, 1e30],
  ['denoise', 'unet', /conv.*weight/, 1e30],
  ['decode', 'vae', /^decoder.*weight/, 1e30],
  ['encode', 'vae', /^quant_conv/, 0],
  ['denoise', 'unet', /^conv_out/, 0],
  ['decode', 'vae', /^decoder\.conv_out/, 0],
] as const)(
  '%s fails, and keeps nothing, where its model (%s, every %s is %d) makes no sound numbers',
  async (node, component, which, weight) => {
    const spoiltFolder = await spoilt(component, which, weight)
    const [code, made, fix] =
      weight === 0
        ? ['node/all-zero', 'nothing but zeros', 'run again']
        : ['node/not-finite', '.* numbers that are not finite', 'fp32 files']
    const { engine, document, close } = await exampleEngine(spoiltFolder, runtime, { backend })
    const small = withParams(document, { 'fit.resolution': 16, 'noise.members': 2, 'denoise.steps': 2 })
    for (let run = 0; run < 2; run++) {
      const { failed = [], nodes: reports } = await engine.run(small)
      expect(failed).toEqual([
        {
          code,
          node,
          message: expect.stringMatching(`^(Member 1 of 2: )?The (U-Net|VAE \\w+) made ${made}`) as string,
          fix: expect.stringContaining(fix) as string,
        },
      ])
      expect(reports.find(({ id }) => id === node)).toMatchObject({ computed: 0, cached: 0 })
    }
    await close()
    expect(backend.bytes).toBe(0)
  },
)
