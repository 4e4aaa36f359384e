import { layered } from './layered.ts'
import type { LayoutOrder } from './layering.ts'

addEventListener('message', ({ data: { nodes, links } }: MessageEvent<LayoutOrder>) =>
  postMessage(layered(nodes, links)),
)
