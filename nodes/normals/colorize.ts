import { runKernel } from '../../src/gpu/kernel.ts'
import { normalsColours } from '../../src/gpu/kernels/normals-colours.ts'
import { defineNode, image, normals, toggle } from '../../src/node/index.ts'

const flip = (axis: string, usual: string, turned: string) =>
  toggle({ label: `Flip ${axis}`, about: `Turns ${axis} round: ${turned} instead of ${usual}.`, default: false })

export default defineNode({
  type: 'normals/colorize',
  version: 1,
  title: 'Colorize Normals',
  about:
    'Draws normals as a normal map: x (right) is red, y (up) green, z (to the viewer) blue, as OpenGL has it. Programs after DirectX want y flipped. Pixels that are not finite numbers are black.',
  source: 'visualize_normals of diffusers’ MarigoldImageProcessor.',
  keywords: ['colour', 'color', 'normal map', 'visualize', 'opengl', 'directx'],
  inputs: { normals: normals('What gets colours.') },
  params: {
    flip_x: flip('x', 'right', 'left'),
    flip_y: flip('y', 'up', 'down'),
    flip_z: flip('z', 'to the viewer', 'away from the viewer'),
  },
  outputs: { image: image('Colours, 0..1, at the size of the input.') },
  async run({ normals: { tensor, frame } }, { flip_x, flip_y, flip_z }, ctx) {
    const drawn = runKernel(ctx.backend, normalsColours, [tensor], { flip: [flip_x, flip_y, flip_z] })
    return { image: { kind: 'image', tensor: drawn, frame } }
  },
})
