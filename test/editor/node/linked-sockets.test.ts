import { expect, it } from 'vitest'
import { linkedSockets } from '../../../src/editor/node/linked-sockets.ts'
import { catalogue } from '../support/catalogue.ts'
import { graph } from '../support/graph.ts'

it('names each socket that a wire ends at once, per side, in the order of the wires', () => {
  const document = graph(
    catalogue,
    {
      picture: ['input/load-image', 0, 0],
      strange: ['other/node', 300, 0],
      first: ['output/view', 600, 0],
      second: ['output/view', 600, 300],
    },
    [
      ['strange.b', 'first.value'],
      ['picture.image', 'strange.left'],
      ['strange.b', 'second.value'],
      ['picture.image', 'strange.right'],
    ],
  )
  expect(linkedSockets(document, 'strange')).toEqual({ inputs: ['left', 'right'], outputs: ['b'] })
  expect(linkedSockets(document, 'first')).toEqual({ inputs: ['value'], outputs: [] })
  expect(linkedSockets(document, 'nobody')).toEqual({ inputs: [], outputs: [] })
})
