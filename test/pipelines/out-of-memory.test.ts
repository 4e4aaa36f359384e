import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { withSettings } from '../../src/app/cli/settings.ts'
import { nodes } from '../../src/app/registry.ts'
import { plainError } from '../../src/base/errors.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../src/node/index.ts'
import { openWebGpuRuntime } from '../../src/onnx/session.ts'
import { nodeFolder } from '../../src/weights/node-folder.ts'
import { FaultyDevice } from '../support/faulty-device.ts'
import { FIXTURES } from '../support/fixtures.ts'
import { GpuMeter } from '../support/gpu-meter.ts'
import { openTestDevice } from '../support/webgpu.ts'

const GRAPH = join(import.meta.dirname, '../../examples/ensemble.json')
const FOLDER = join(FIXTURES, 'checkpoints/tiny-ddim-leading')
const picture = {
  width: 20,
  height: 16,
  channels: 3 as const,
  data: Uint8Array.from({ length: 960 }, (_, i) => (i * 31) % 256),
}

/** Buffers that find no memory, spread over all that a run asks for, the runtime's own among them. */
const FAULTS = 4

test(
  "where the runtime's own buffers find no memory the run recovers or names the node, and the next one is as good as new",
  { timeout: 240_000 },
  async () => {
    const { device } = await openTestDevice()
    const meter = new GpuMeter(device)
    const faulty = new FaultyDevice(device)
    const backend = new GpuBackend(device)
    const runtime = await openWebGpuRuntime({ backend })
    const checkpoints = new CheckpointStore(async (name) => ({ name, files: await nodeFolder(FOLDER) }), runtime)
    const read = parseDocument(await readFile(GRAPH, 'utf8'), nodes)
    const document = withSettings(read.document, nodes, [
      { node: 'fit', param: 'resolution', value: '16' },
      { node: 'noise', param: 'members', value: '2' },
      { node: 'denoise', param: 'steps', value: '2' },
      { node: 'denoise', param: 'batch_size', value: '2' },
      { node: 'align', param: 'max_iter', value: '1' },
    ])
    const files = new Map<string, Uint8Array>()
    const engine = new Engine({
      nodes,
      backend,
      info: { backend: 'webgpu', adapter: 'test' },
      cacheBytes: 2 ** 30,
      dropModels: () => checkpoints.close(),
      services: bindServices([
        [Checkpoints, checkpoints],
        [Pictures, { load: async () => picture }],
        [OutputFiles, { write: async (name: string, bytes: Uint8Array) => void files.set(name, bytes.slice()) }],
      ]),
      sources: {
        picture: async () => 'picture',
        checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
      },
    })
    /** Everything anew: results, sessions, pooled buffers. */
    const forget = async (): Promise<void> => {
      await engine.clear()
      await checkpoints.close()
      backend.trim()
    }
    await engine.run(document)
    const whole = new Map(files)
    expect(whole.size).toBeGreaterThan(0)
    await forget()
    faulty.fail(Infinity)
    await engine.run(document)
    const buffers = faulty.asked

    let recovered = 0
    expect(buffers).toBeGreaterThan(200)
    for (let fault = 0; fault < FAULTS; fault++) {
      await forget()
      const nth = 1 + Math.floor((fault * buffers) / FAULTS)
      faulty.fail(nth)
      const report = await engine.run(document).catch(plainError)
      const [error] = 'code' in report ? [report] : (report.failed ?? [])
      expect(faulty.failed, `buffer ${nth}`).toBe(1)
      if (error === undefined) {
        recovered += 1
        expect(files, `buffer ${nth}`).toEqual(whole)
      }
      // No other code: the device says why, whatever the runtime makes of it.
      else
        expect(error, `buffer ${nth}`).toMatchObject({ code: 'gpu/out-of-memory', node: expect.any(String) as string })
      // With the models as they are left.
      faulty.fail(Infinity)
      files.clear()
      await engine.clear()
      expect((await engine.run(document)).failed, `after buffer ${nth}`).toBeUndefined()
      expect(files, `after buffer ${nth}`).toEqual(whole)
    }
    expect(recovered).toBeGreaterThan(0)
    await engine.dispose()
    await checkpoints.close()
    backend.dispose()
    await backend.check()
    expect(meter.live).toEqual([])
    device.destroy()
  },
)
