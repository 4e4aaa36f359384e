import type { EditorEngine } from '../../editor/state/editor.svelte.ts'
import type { BackendChoice, EngineEvents } from '../../engine/client.ts'
import { checkDecodable } from '../pictures/browser-decoder.ts'
import { createEngineClient } from '../../engine/worker-client.ts'

const KEY = 'marigold-nodes/backend'
const CHOICES: readonly string[] = ['auto', 'webgpu', 'wasm'] satisfies readonly BackendChoice[]
const isChoice = (text: string | null): text is BackendChoice => text !== null && CHOICES.includes(text)

/** The engine of the page: a Worker that can be killed and started again. Its name tells it the backend. */
export function connect(events: EngineEvents): EditorEngine {
  return createEngineClient(
    (backend) => new Worker(new URL('../engine.worker.ts', import.meta.url), { type: 'module', name: backend }),
    events,
    { checkPicture: checkDecodable, backend: first(), chosen: keep },
  )
}

/** `?backend=webgpu` in the address insists on WebGPU, software adapters included; else what was chosen last. */
function first(): BackendChoice {
  const asked = new URLSearchParams(location.search).get('backend')
  if (isChoice(asked)) return asked
  const kept = read()
  return isChoice(kept) ? kept : 'auto'
}

/** The address must not speak against it after a reload. */
function keep(backend: BackendChoice): void {
  const address = new URL(location.href)
  address.searchParams.delete('backend')
  history.replaceState(history.state, '', address)
  try {
    localStorage.setItem(KEY, backend)
  } catch {
    // A full or forbidden storage: then it holds for this visit.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
