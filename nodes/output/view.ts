import { anyOf, defineNode } from '../../src/node/index.ts'

export default defineNode({
  type: 'output/view',
  version: 1,
  title: 'View',
  about:
    'Shows a picture, depth map, normals or uncertainty large in the viewer. Depth is shown in grey: black near, white far; disparity the other way round.',
  keywords: ['show', 'preview', 'display', 'viewer'],
  sink: true,
  inputs: { value: anyOf(['image', 'depth', 'normals', 'uncertainty', 'mask'], 'What is shown.') },
  params: {},
  outputs: {},
  async run() {
    // What a sink is given is shown by whoever runs the graph.
    return {}
  },
})
