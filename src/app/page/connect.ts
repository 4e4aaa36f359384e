import type { EditorEngine } from '../../editor/state/editor.svelte.ts'
import type { EngineEvents } from '../../engine/client.ts'
import { createEngineClient } from '../../engine/worker-client.ts'

/** The engine of the page: a Worker that can be killed and started again. */
export const connect = (events: EngineEvents): EditorEngine =>
  createEngineClient(
    () => new Worker(new URL('../engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
    events,
  )
