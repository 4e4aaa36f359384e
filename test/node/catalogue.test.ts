import { expect, test } from 'vitest'
import { catalogueOf, defineNode, registry } from '../../src/node/index.ts'
import { defaultsOf, integer, picture, toggle } from '../../src/node/params.ts'
import { image } from '../../src/node/ports.ts'

const node = defineNode({
  type: 'image/blur',
  version: 2,
  title: 'Blur',
  about: 'Blurs.',
  inputs: { image: image('A picture.') },
  params: {
    radius: integer({ label: 'Radius', about: '', default: 3, min: 0, max: 9 }),
    wrap: toggle({ label: 'Wrap', about: '', default: true }),
    like: picture({ label: 'Like', about: '', default: null }),
  },
  outputs: { image: image('The same, softer.') },
  run: async ({ image: given }) => ({ image: given }),
})

test('a node belongs into the file that its type names', () => {
  expect([...registry({ '/nodes/image/blur.ts': node }).keys()]).toEqual(['image/blur'])
  expect(() => registry({ '/nodes/depth/blur.ts': node })).toThrow(expect.objectContaining({ code: 'node/misplaced' }))
})

test('the catalogue is plain data that crosses to the page', () => {
  const info = catalogueOf(registry({ '/nodes/image/blur.ts': node })).get('image/blur')
  expect(structuredClone(info)).toEqual(info)
  expect(info).toMatchObject({ category: 'image', version: 2, sink: false, heavy: false, keywords: [] })
})

test('defaults are those of the parameters', () => {
  expect(defaultsOf(node.params)).toEqual({ radius: 3, wrap: true, like: null })
})
