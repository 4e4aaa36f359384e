import { readFile, rm, writeFile } from 'node:fs/promises'
import { AppError } from '../../base/errors.ts'

/**
 * Makes a file that says which process has something open, and resolves to what removes it. One that a crashed process
 * left is taken over. Errors: `weights/in-use`.
 */
export async function lockFile(lock: string, what: string): Promise<() => Promise<void>> {
  for (let tries = 0; tries < 2; tries++) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      return () => rm(lock, { force: true })
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
      const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
      if (isRunning(holder)) break
      await rm(lock, { force: true })
    }
  }
  throw new AppError('weights/in-use', `${what} is being downloaded by another process.`, {
    fix: `Wait for it to end. If there is none, delete ${lock}.`,
  })
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // EPERM: there is such a process, of somebody else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
