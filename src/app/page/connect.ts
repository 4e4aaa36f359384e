import type { EditorEngine } from '../../editor/state/editor.svelte.ts'
import type { EngineEvents } from '../../engine/client.ts'
import { checkDecodable } from '../pictures/browser-decoder.ts'
import { createEngineClient } from '../../engine/worker-client.ts'

/** `?backend=webgpu` in the address insists on WebGPU, software adapters included; `?backend=wasm` on WebAssembly. */
const backend = new URLSearchParams(location.search).get('backend') ?? 'auto'

/** The engine of the page: a Worker that can be killed and started again. Its name tells it the backend. */
export function connect(events: EngineEvents): EditorEngine {
  return createEngineClient(
    () => new Worker(new URL('../engine.worker.ts', import.meta.url), { type: 'module', name: backend }),
    events,
    { checkPicture: checkDecodable },
  )
}
