// The engine's Worker: finds what this machine has, binds the services, and hands over to the host.
import { Checkpoints } from '../../models/checkpoint/checkpoint.ts'
import { promptShelf } from '../../models/checkpoint/kept-prompt.ts'
import { CheckpointStore } from '../../models/checkpoint/store.ts'
import { plainError } from '../base/errors.ts'
import { measured } from '../base/measured.ts'
import { limited } from '../onnx/limited.ts'
import { bindServices } from '../base/service.ts'
import { GIVEN_PREFIX } from '../engine/client.ts'
import { EngineHost, postedFiles } from '../engine/host.ts'
import type { HostPort, ToWorker } from '../engine/protocol.ts'
import { OutputFiles, Pictures } from '../node/services.ts'
import { opfsStorage } from '../weights/hub/opfs-storage.ts'
import { toldReads } from '../weights/told-reads.ts'
import { servedCheckpoints } from './checkpoints.ts'
import { GivenCheckpoints } from './given-checkpoints.ts'
import { CheckpointMemory } from './checkpoint-memory.ts'
import { CHECKPOINTS, locateKept } from './kept-checkpoints.ts'
import { openBrowserCompute } from './compute/browser.ts'
import { decodeInBrowser } from './pictures/browser-decoder.ts'
import { PictureShelf } from './pictures/shelf.ts'
import { renderDifference, renderPreview, renderSpread } from './previews.ts'
import { nodes } from './registry.ts'
import { costFile, elsewhere, keptUnder, removeOlder, tiers } from './results/kept.ts'
import { opfsFiles, opfsFolders } from './results/opfs-files.ts'

/** Where the page is: the built Worker lies in a folder of assets beside it. */
const base = new URL(import.meta.env.DEV ? '/' : '..', self.location.href)
/** Results to keep for later runs: as tensors, and as files over reloads and restarts. */
const CACHE_BYTES = 2 ** 30
const KEPT_BYTES = 2 ** 29
const port: HostPort = { post: (message, transfer = []) => self.postMessage(message, { transfer }) }

let said = 0
/** Tells the page that this Worker is at work; once a second is enough. */
function busy(): void {
  const now = performance.now()
  if (now - said < 1000) return
  said = now
  port.post({ say: 'busy' })
}

async function start(): Promise<EngineHost> {
  const wasmPaths = new URL('ort/', base).href
  const compute = await openBrowserCompute(self.name, wasmPaths, (error) => port.post({ say: 'dead', error }))
  const runtime = limited(compute.runtime)
  runtime.prepare()
  const served = await servedCheckpoints(new URL('models/', base).href)
  const given = new GivenCheckpoints()
  const checkpoints = new CheckpointStore(
    async (choice, signal) => {
      const found = given.locate(choice) ?? (await locateKept(choice)) ?? (await served.locate(choice, signal))
      return found && { ...found, files: toldReads(found.files, busy) }
    },
    runtime,
    { prompts: promptShelf(opfsStorage(CHECKPOINTS)) },
  )
  const pictures = new PictureShelf(decodeInBrowser, async (name, signal) => {
    const response = await fetch(new URL(`examples/images/${encodeURIComponent(name)}`, base), { signal })
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined
  })
  const own = keptUnder(compute.info, compute.runtime.half)
  const files = opfsFiles(own)
  return new EngineHost({
    port,
    nodes,
    backend: compute.backend,
    info: compute.info,
    cacheBytes: CACHE_BYTES,
    tiers: tiers(compute.info, files, KEPT_BYTES, (error) =>
      console.info('Results are not kept over a reload:', error),
    ),
    elsewhere: elsewhere(opfsFolders, own),
    costs: costFile(files),
    dropModels: () => checkpoints.close(),
    checkpoints: served.rows,
    services: bindServices([
      [Checkpoints, checkpoints],
      [Pictures, pictures],
      [OutputFiles, postedFiles(port)],
    ]),
    sources: {
      picture: (ref, signal) => pictures.contentId(ref, signal),
      checkpoint: async (choice, signal) => (await checkpoints.identify(choice, signal)).id,
      factsOf: (content) => checkpoints.factsOf(content),
    },
    renderPreview: (value, maxSide, display) => renderPreview(compute.backend, value, maxSide, display),
    renderSpread: (members, size) => renderSpread(compute.backend, members, size),
    renderDifference: (...difference) => renderDifference(compute.backend, ...difference),
    addCheckpoint: ({ name, files }) =>
      given.give(`${GIVEN_PREFIX}${name}`, name, files, (id) => {
        checkpoints.forget(id)
        return checkpoints.identify(id, new AbortController().signal)
      }),
    memory: new CheckpointMemory(checkpoints, runtime),
    addPicture: (sha256, name, bytes) => pictures.keep(sha256, name, bytes),
  })
}

const started = measured('start the engine', start)
// After the start, which it does not hold up; where there is no such storage there is nothing to remove.
void started.then(() => removeOlder(opfsFolders)).catch(() => undefined)
started.catch((error: unknown) => port.post({ say: 'dead', error: plainError(error) }))
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  void started.then((host) => host.receive(data)).catch(() => undefined)
}
