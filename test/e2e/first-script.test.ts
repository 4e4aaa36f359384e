import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../src/app/build/ensure-built.mjs'
import { firstScript, gzipped } from './support/first-script.ts'

const page = join(ROOT, 'dist/page')
/** A name of three's that stays as it is when it is made small. */
const three = (path: string): boolean => readFileSync(path, 'utf8').includes('THREE.WebGLRenderer')

it('the first script is under 250 kB gzipped', () => {
  const files = firstScript(page)
  expect(files.length).toBeGreaterThan(0)
  const bytes = files.reduce((sum, path) => sum + gzipped(path), 0)
  console.info(`${(bytes / 1000).toFixed(1)} kB: ${files.map((path) => basename(path)).join(', ')}`)
  expect(bytes).toBeLessThan(250_000)
})

it('three is not in it, but in a file that the 3D view loads', () => {
  expect(firstScript(page).filter(three)).toEqual([])
  const assets = readdirSync(join(page, 'assets')).filter((name) => name.endsWith('.js'))
  expect(assets.filter((name) => three(join(page, 'assets', name)))).toHaveLength(1)
})
