import { encode } from 'fast-png'
import { expect, it } from 'vitest'
import depth from '../../examples/depth.json'
import { nodes } from '../../src/app/registry.ts'
import { bindServices, service } from '../../src/base/service.ts'
import { carryingGraph } from '../../src/engine/carried-graph.ts'
import { graphInPng } from '../../src/graph/sharing/png.ts'
import { parseDocument } from '../../src/graph/validate.ts'
import { OutputFiles } from '../../src/node/services.ts'

const { document } = parseDocument(JSON.stringify(depth), nodes)
const png = new Uint8Array(encode({ width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(9) }))
const other = service<{ readonly say: string }>('other')

it('a picture gets the graph of its run where that is asked for, and is left as it is where not', async () => {
  const written: Uint8Array<ArrayBuffer>[] = []
  const services = bindServices([
    [OutputFiles, { write: async (_: string, bytes: Uint8Array<ArrayBuffer>) => void written.push(bytes) }],
    [other, { say: 'hello' }],
  ])
  const carrying = carryingGraph(services, document)
  await carrying.use(OutputFiles).write('with.png', png, 'image/png', 'graph')
  await carrying.use(OutputFiles).write('without.png', png, 'image/png')
  const texts = await Promise.all(written.map(graphInPng))
  expect(parseDocument(texts[0] ?? '', nodes).document).toEqual(document)
  expect(texts[1]).toBeUndefined()
  expect(written[1]).toEqual(png)
  expect(carrying.use(other).say).toBe('hello')
})
