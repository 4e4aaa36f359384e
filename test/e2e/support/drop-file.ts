import type { Page } from 'playwright-core'

/** Drops a file on the page, as from the desktop; on `onto`, a selector, or on the page itself. */
export async function dropFile(
  page: Page,
  file: { readonly name: string; readonly type: string; readonly content: string | Uint8Array },
  onto = 'body',
): Promise<void> {
  const base64 = Buffer.from(file.content).toString('base64')
  const dataTransfer = await page.evaluateHandle(
    ({ name, type, base64 }) => {
      const transfer = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      transfer.items.add(new File([bytes], name, { type }))
      return transfer
    },
    { name: file.name, type: file.type, base64 },
  )
  const box = await page.locator(onto).first().boundingBox()
  const at = box && onto !== 'body' ? { clientX: box.x + box.width / 2, clientY: box.y + 12 } : {}
  await page.dispatchEvent(onto, 'drop', { dataTransfer, ...at })
}
