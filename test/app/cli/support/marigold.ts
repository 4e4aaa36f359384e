import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { runCommand } from '../../../../src/app/cli/command.ts'
import { FIXTURES } from '../../../support/fixtures.ts'

export const ROOT = join(import.meta.dirname, '../../../..')
export const MARIGOLD = join(ROOT, 'src/app/cli/marigold.mjs')

/** A tiny checkpoint of the diffusers tests. */
export const CHECKPOINT = join(FIXTURES, 'checkpoints/tiny-ddim-trailing')

export const graph = (name: string): string => join(ROOT, 'examples', `${name}.json`)

export interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** What it says first when sources were changed while the tests run. */
export const BUILDING = 'Building the command line …\n'

/** The command line as a process of its own, as people call it. */
export const marigold = (...words: readonly string[]): Promise<Ended> => marigoldIn({}, ...words)

export const marigoldIn = (
  { env = process.env, stdin = '' }: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string | Uint8Array },
  ...words: readonly string[]
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [MARIGOLD, ...words], { timeout: 170_000, env }, (error, out, err) =>
      resolve({
        status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        out,
        err: err.replace(BUILDING, ''),
      }),
    )
    // A process that ends without reading closes the pipe.
    child.stdin?.on('error', () => undefined).end(stdin)
  })

/** The same in this process, which need not be built. */
export async function called(...words: readonly string[]): Promise<Ended> {
  let [out, err] = ['', '']
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    screen: false,
  }
  const status = await runCommand(words, terminal, new AbortController().signal)
  return { status, out, err }
}
