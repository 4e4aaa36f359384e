import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { nodes } from '../../src/app/registry.ts'
import { bindServices } from '../../src/base/service.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { GraphDocument } from '../../src/graph/document.ts'
import { flatten } from '../../src/graph/groups/flatten.ts'
import { serialize } from '../../src/graph/serialize.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles, Pictures } from '../../src/node/index.ts'
import type { OnnxRuntime } from '../../src/onnx/runtime.ts'
import { openWasmRuntime } from '../../src/onnx/session.ts'
import { CpuBackend } from '../../src/tensor/cpu.ts'
import type { CheckpointFiles } from '../../src/weights/files.ts'
import { checkpointOf, type Case } from '../pipelines/support/case.ts'
import { fixtureJson } from '../support/fixtures.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json'))
const picture = {
  width: 20,
  height: 16,
  channels: 3 as const,
  data: Uint8Array.from({ length: 960 }, (_, i) => (i * 31) % 256),
}

const withPicture = (document: GraphDocument): GraphDocument => ({
  ...document,
  nodes: document.nodes.map((node) =>
    node.type === 'input/load-image' ? { ...node, params: { picture: { from: 'example', name: 'any.png' } } } : node,
  ),
})

/** Recorded cases whose tiny checkpoints predict what these nodes decode. */
const CASES: Readonly<Record<string, string>> = {
  'depth/vae-decode': 'ddim-trailing-n1',
  'normals/vae-decode': 'normals-n1',
  'intrinsics/decode-appearance': 'appearance-n1',
  'intrinsics/decode-lighting': 'lighting-odd',
}

async function checkpointFor(document: GraphDocument): Promise<CheckpointFiles> {
  const [name] = flatten(document).document.nodes.flatMap(({ type }) => CASES[type] ?? [])
  return checkpointOf(await fixtureJson<Case>(`pipelines/${name ?? ''}.json`))
}

describe.each(names)('examples/%s', (name) => {
  let text: string
  let runtime: OnnxRuntime
  beforeAll(async () => {
    text = await readFile(join(EXAMPLES, name), 'utf8')
    runtime = await openWasmRuntime({ backend: new CpuBackend(), threads: 2 })
  })
  afterAll(() => expect(runtime.backend.bytes).toBe(0))

  it('is read without a problem, and saved again as it is', () => {
    const { document, problems } = parseDocument(text, nodes)
    expect(problems).toEqual([])
    // the files may be formatted for people; the data must be what the editor would save
    expect(JSON.parse(serialize(document))).toEqual(JSON.parse(text))
    expect(parseDocument(serialize(document), nodes).document).toEqual(document)
  })

  it('names pictures that exist', async () => {
    const images = await readdir(join(EXAMPLES, 'images'))
    for (const { params } of parseDocument(text, nodes).document.nodes) {
      const ref = params['picture'] as { name: string } | null | undefined
      if (ref) expect(images).toContain(ref.name)
    }
  })

  it('lays its nodes out without overlap', () => {
    const { document } = parseDocument(text, nodes)
    const places = document.nodes.map(({ position }) => position)
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        expect(Math.abs(a.x - b.x) >= 240 || Math.abs(a.y - b.y) >= 150, JSON.stringify([a, b])).toBe(true)
      }
    }
  })

  it('runs, and computes nothing twice', async () => {
    const { document } = parseDocument(text, nodes)
    const files = await checkpointFor(document)
    const checkpoints = new CheckpointStore(async () => ({ name: 'tiny', files }), runtime)
    const written: string[] = []
    const engine = new Engine({
      nodes,
      backend: runtime.backend,
      info: { backend: 'wasm', adapter: 'test' },
      cacheBytes: 2 ** 28,
      services: bindServices([
        [Checkpoints, checkpoints],
        [Pictures, { load: async () => picture }],
        [OutputFiles, { write: async (file: string) => void written.push(file) }],
      ]),
      sources: {
        picture: async () => 'a',
        checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
        factsOf: (content) => checkpoints.factsOf(content),
      },
    })
    try {
      const first = await engine.run(withPicture(document))
      expect([first.blocked, first.failed]).toEqual([undefined, undefined])
      expect(written.length).toBe(document.nodes.filter(({ type }) => type === 'output/export').length)
      const second = await engine.run(withPicture(document))
      const again = second.nodes.filter(({ type, computed }) => computed > 0 && nodes.get(type)?.sink !== true)
      expect(again).toEqual([])
    } finally {
      await engine.dispose()
      await checkpoints.close()
    }
  })
})
