// Builds the page or the command line when it is missing or older than its sources, so that one command is enough on a
// fresh machine. Plain JavaScript: it runs before anything is built.
import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

const SOURCES = ['src', 'nodes', 'models', 'examples', 'index.html', 'vite.config.ts', 'package-lock.json']
const RESULT = { page: 'dist/page/index.html', cli: 'dist/cli/main.js' }

/** @param {'page' | 'cli'} what */
export async function ensureBuilt(what) {
  const built = modified(join(ROOT, RESULT[what]))
  if (built >= newest(SOURCES.map((path) => join(ROOT, path)))) return
  process.stderr.write(`Building the ${what === 'cli' ? 'command line' : 'editor'} …\n`)
  const { build } = await import('vite')
  await build({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    mode: what === 'cli' ? 'cli' : 'production',
    logLevel: 'warn',
  })
}

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

function newest(paths) {
  let latest = 0
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found) continue
    if (!found.isDirectory()) latest = Math.max(latest, found.mtimeMs)
    else
      latest = Math.max(
        latest,
        newest(
          readdirSync(path)
            .filter(isSource)
            .map((name) => join(path, name)),
        ),
      )
  }
  return latest
}

// training never changes what is built
const isSource = (name) => name !== 'train' && name !== '__pycache__'
