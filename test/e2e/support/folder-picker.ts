import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'

/** The browser's own folder picker, which nobody can press in a test, answers with a folder of the page's own storage. */
export async function pickerGives(page: Page, folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const contents = await Promise.all(
    files.map(
      async (path) => [path.slice(folder.length + 1).split('/'), (await readFile(path)).toString('base64')] as const,
    ),
  )
  await page.evaluate(
    async ({ name, contents }) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true })
      for (const [path, base64] of contents) {
        let at = root
        for (const part of path.slice(0, -1)) at = await at.getDirectoryHandle(part, { create: true })
        const file = await at.getFileHandle(path.at(-1) ?? '', { create: true })
        const writable = await file.createWritable()
        await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
        await writable.close()
      }
      Object.assign(window, { showDirectoryPicker: async () => root })
    },
    { name: basename(folder), contents },
  )
}
