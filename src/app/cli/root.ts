import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the project: the nearest one above this file (source or built) that holds examples and package.json. */
export const ROOT = ((): string => {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'examples'))) return folder
  }
  return process.cwd()
})()
