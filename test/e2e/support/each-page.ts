import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { closeBrowser, openEditor, type OpenPage, type Visitor } from './editor-page.ts'

/** A fresh page for each test of the file, prepared by `begin`. A test fails when its page complained in the console. */
export function eachPage(begin: (page: Page) => unknown, visitor: Visitor = {}): void {
  let opened: OpenPage
  beforeEach(async () => {
    opened = await openEditor(visitor)
    await begin(opened.page)
  })
  afterEach(async () => {
    await opened.close()
    expect(opened.complaints).toEqual([])
  })
  afterAll(closeBrowser)
}
