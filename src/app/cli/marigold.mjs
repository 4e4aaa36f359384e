#!/usr/bin/env node
// The `marigold` command: builds the command line when it is missing or older than its sources, then runs it.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ROOT } from '../build/ensure-built.mjs'

await ensureBuilt('cli')
await import(pathToFileURL(join(ROOT, 'dist/cli/main.js')).href)
