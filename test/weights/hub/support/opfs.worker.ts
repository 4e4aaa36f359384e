// Runs what a test asks for where the browser's own file system can be written: in a Worker.
import { download } from '../../../../src/weights/hub/download.ts'
import { findDownload, openDownload } from '../../../../src/weights/hub/downloads.ts'
import { hub } from '../../../../src/weights/hub/hub.ts'
import { opfsStorage } from '../../../../src/weights/hub/opfs-storage.ts'
import { planDownload } from '../../../../src/weights/hub/plan-download.ts'
import { verifyDownload } from '../../../../src/weights/hub/verify.ts'
import { contract } from './storage-contract.ts'

/** `contract NAME`, or `download HOST REPOSITORY`. */
type Ask = readonly [task: string, ...words: readonly string[]]

const tasks: Readonly<Record<string, (...words: readonly string[]) => Promise<unknown>>> = {
  async contract(name = '') {
    const root = `contract-${crypto.randomUUID()}`
    const holds = contract[name]
    if (holds === undefined) throw new Error(`there is no promise ${name}`)
    await holds(opfsStorage(root))
    return 'held'
  },

  /** What is told to somebody who would write to a file that is held, and how often a Blob was read instead. */
  async hold() {
    const storage = opfsStorage(`hold-${crypto.randomUUID()}`)
    const file = await storage.open('unverified')
    await file.write(0, Uint8Array.of(1, 2, 3))
    await file.publish('folder/file')
    let blobs = 0
    const reader = (self as unknown as { FileReaderSync: { prototype: { readAsArrayBuffer: unknown } } }).FileReaderSync
    reader.prototype.readAsArrayBuffer = () => (blobs += 1)
    const held = await (await (await storage.folder('folder', 'x')).open('file')).hold()
    const read = [...held.read(0, 3)]
    const refused = await storage.open('folder/file').catch((error: unknown) => (error as { code: unknown }).code)
    held.close()
    await (await storage.open('folder/file')).close()
    return { read, blobs, refused }
  },

  async download(host = '', id = '') {
    const storage = opfsStorage('checkpoints')
    const { signal } = new AbortController()
    const from = hub({ host, pieceBytes: 1000 })
    const plan = await planDownload(from, storage, { id, revision: 'main', variant: 'fp16' }, signal)
    await download(
      from,
      storage,
      plan,
      { progress: () => undefined, verified: () => undefined, instead: () => undefined },
      signal,
    )
    const found = await findDownload(storage, id)
    if (found === undefined) throw new Error('not found')
    const files = await openDownload(storage, found)
    const damaged = await verifyDownload(storage, found, { progress: () => undefined }, signal)
    return { paths: [...files.sizes.keys()].sort(), damaged, folders: await storage.list(id.replace('/', '--')) }
  },
}

self.onmessage = ({ data: [task, ...words] }: MessageEvent<Ask>) => {
  const done = tasks[task]?.(...words) ?? Promise.reject(new Error(`there is no task ${task}`))
  done.then(
    (value) => self.postMessage({ value }),
    (error: unknown) => self.postMessage({ error: String(error) }),
  )
}
