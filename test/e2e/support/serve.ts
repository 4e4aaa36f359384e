import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preview } from 'vite'
import type { TestProject } from 'vitest/node'
import { ensureBuilt, ROOT } from '../../../src/app/build/ensure-built.mjs'
import { findChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built page. */
    url: string
    /** Path of the Chromium to drive. */
    chromium: string
    /** Folder for what browsers keep from one test file to the next. */
    profiles: string
  }
}

/** Builds the page when needed and serves it, with its real headers, for all e2e tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromium', findChromium())
  await ensureBuilt('page')
  const server = await preview({ root: ROOT, preview: { port: 0, open: false } })
  project.provide('url', server.resolvedUrls?.local[0] ?? '')
  const profiles = await mkdtemp(join(tmpdir(), 'marigold-profiles-'))
  project.provide('profiles', profiles)
  return async () => {
    await server.close()
    await rm(profiles, { recursive: true })
  }
}
