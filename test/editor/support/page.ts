import { mount } from 'svelte'
import '../../../src/editor/theme.css'
import '../../../src/editor/contrast.css'
import EditorPage from '../../../src/editor/EditorPage.svelte'
import { nodes } from '../../../src/app/registry.ts'
import { catalogueOf } from '../../../src/node/catalogue.ts'
import type { EngineEvents } from '../../../src/engine/client.ts'
import { FakeEngine } from './fake-engine.ts'
import { depthGraph } from './graph.ts'

const catalogue = catalogueOf(nodes)

async function draw(seed: number, width: number, height: number): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no 2d context')
  const sky = context.createLinearGradient(0, 0, width, height)
  for (let stop = 0; stop <= 6; stop++) sky.addColorStop(stop / 6, `hsl(${(seed * 40 + stop * 45) % 360} 70% 55%)`)
  context.fillStyle = sky
  context.fillRect(0, 0, width, height)
  return createImageBitmap(canvas)
}

const target = document.getElementById('app')
if (target) {
  mount(EditorPage, {
    target,
    props: {
      connect: (events: EngineEvents) => new FakeEngine(events, catalogue, { step: 60, draw }),
      welcome: depthGraph(catalogue),
      examples: [],
      pictures: [{ name: 'street.jpg', url: 'examples/images/street.jpg' }],
    },
  })
}
