import type { Services } from '../base/service.ts'
import type { GraphDocument } from '../graph/document.ts'
import { withGraph } from '../graph/sharing/png.ts'
import { OutputFiles } from '../node/services.ts'

/** The services of one run: a picture that is to carry its graph gets the one that is computed. */
export const carryingGraph = (services: Services, document: GraphDocument): Services => ({
  use(key) {
    const service = services.use(key)
    if (key.id !== OutputFiles.id) return service
    const files = service as OutputFiles
    const carrying: OutputFiles = {
      async write(name, bytes, mime, carries) {
        const whole = carries === 'graph' ? await withGraph(new Uint8Array(bytes), document) : bytes
        await files.write(name, whole, mime)
      },
    }
    return carrying as typeof service
  },
})
