import { expect, it } from 'vitest'
import { looks } from '../../../src/editor/state/looks.ts'
import { catalogue } from '../support/catalogue.ts'
import { graph } from '../support/graph.ts'

it('is the same for cards with the same rows and sockets: of one type, both collapsed or not, with the same parameters', () => {
  const document = graph(
    catalogue,
    {
      a: ['output/view', 0, 0],
      b: ['output/view', 300, 0],
      closed: ['output/view', 600, 0],
      picture: ['input/load-image', 0, 300],
      spectral: ['depth/colorize', 0, 900],
      own: ['depth/colorize', 300, 900, { colormap: 'custom-2' }],
      one: ['other/node', 0, 600],
      two: ['other/node', 300, 600],
      three: ['other/node', 600, 600],
    },
    [
      ['one.out', 'a.value'],
      ['two.out', 'b.value'],
      ['three.other', 'closed.value'],
    ],
  )
  const nodes = document.nodes.map((node) => (node.id === 'closed' ? { ...node, collapsed: true as const } : node))
  const found = looks({ ...document, nodes }, catalogue)
  expect(found.get('a')).toBe(found.get('b'))
  expect(found.get('one')).toBe(found.get('two'))
  const different = ['a', 'closed', 'picture', 'one', 'three', 'spectral', 'own'].map((id) => found.get(id))
  expect(new Set(different).size).toBe(different.length)
})
