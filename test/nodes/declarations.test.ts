import { expect, it } from 'vitest'
import { catalogue } from '../editor/support/catalogue.ts'

it('every node says enough of itself for a page of help', () => {
  for (const { type, about, inputs, outputs, params, source, keywords } of catalogue.values()) {
    const texts = [about, ...[inputs, outputs, params].flatMap((group) => Object.values(group).map((one) => one.about))]
    for (const text of texts) expect(text, type).toMatch(/^.{12,}[.?]$/s)
    expect(keywords.length, type).toBeGreaterThan(0)
    if (/^(depth|normals|intrinsics)\//.test(type)) expect(source, type).toMatch(/^.+\.$/s)
  }
})
