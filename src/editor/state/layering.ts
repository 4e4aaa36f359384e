import type { Point } from '../../graph/document.ts'
import type { LaidOut } from './layered.ts'

export interface LayoutOrder {
  readonly nodes: readonly LaidOut[]
  readonly links: readonly (readonly [from: string, to: string])[]
}

/** Places of nodes (layered.ts), worked out beside the page: of thousands that takes seconds. */
export function layOut(order: LayoutOrder): Promise<ReadonlyMap<string, Point>> {
  const worker = new Worker(new URL('./layering.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<ReadonlyMap<string, Point>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ReadonlyMap<string, Point>>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message || 'The layout could not be loaded.'))
    worker.postMessage(order)
  }).finally(() => worker.terminate())
}
