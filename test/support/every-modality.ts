import { join } from 'node:path'
import { checkpointOf, type Case } from '../pipelines/support/case.ts'
import { publishedCheckpoint } from '../pipelines/support/published.ts'
import { fixtureJson } from './fixtures.ts'
import { writtenFolder } from './written-folder.ts'

/** A graph of `examples` for each modality, the files that it exports, and a call of diffusers' pipeline to take a checkpoint from. */
export const EVERY_MODALITY = [
  { graph: 'depth', exports: ['depth.png', 'depth-colour.png'], call: undefined },
  { graph: 'normals', exports: ['normals.npy'], call: 'normals-defaults' },
  { graph: 'appearance', exports: ['albedo.png'], call: 'appearance-defaults' },
  { graph: 'lighting', exports: ['albedo.npy', 'shading.npy', 'residual.npy'], call: 'lighting-odd' },
] as const

/** Its checkpoint as a folder that is laid out as the Hub's; for depth the one of diffusers' own tests. */
export async function folderFor({ graph, call }: (typeof EVERY_MODALITY)[number], parent: string): Promise<string> {
  const files =
    call === undefined
      ? await publishedCheckpoint()
      : await checkpointOf(await fixtureJson<Case>(`pipelines/${call}.json`))
  return writtenFolder(files, join(parent, graph))
}
