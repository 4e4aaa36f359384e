import { afterAll, expect, it } from 'vitest'
import { closeBrowser, openEditor, node } from './support/editor-page.ts'
import { violations } from './support/violations.ts'

afterAll(closeBrowser)

it('a newcomer is told one thing at a time beside the graph, not over it, and never again', async () => {
  const { page, complaints, close } = await openEditor({ newcomer: true })
  const hints = page.getByRole('complementary', { name: 'Hints' })
  await hints.getByText('Drop a photo').waitFor()
  expect(await violations(page)).toEqual([])
  const [line, canvas] = await Promise.all([
    hints.boundingBox(),
    page.getByRole('application', { name: 'Graph canvas' }).boundingBox(),
  ])
  expect(line && canvas && line.y + line.height <= canvas.y).toBe(true)

  await node(page, 'Load Image').getByRole('combobox', { name: 'Picture' }).selectOption('cat.jpg')
  await hints.getByText('Drag a number').waitFor()
  await hints.getByRole('button', { name: 'Next hint' }).click()
  await hints.getByText('Press Space').waitFor()
  await page.reload()
  await hints.getByText('Press Space').waitFor()
  await hints.getByRole('button', { name: 'No more hints' }).click()
  await hints.waitFor({ state: 'hidden' })
  await page.reload()
  await node(page, 'Load Image').waitFor()
  await expect.poll(() => hints.count()).toBe(0)
  expect(complaints).toEqual([])
  await close()
})
