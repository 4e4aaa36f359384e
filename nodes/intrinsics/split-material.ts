import { runKernel } from '../../src/gpu/kernel.ts'
import { sliceChannels } from '../../src/gpu/kernels/slice-channels.ts'
import { defineNode, image, mask } from '../../src/node/index.ts'

export default defineNode({
  type: 'intrinsics/split-material',
  version: 1,
  title: 'Split Material',
  about: 'Takes the material of Decode Appearance apart into roughness (its red) and metallicity (its green).',
  source: 'The two properties of the second target of Marigold’s checkpoint for appearance.',
  keywords: ['roughness', 'metallicity', 'metalness', 'channels', 'pbr'],
  inputs: { material: image('Roughness in red, metallicity in green.') },
  params: {},
  outputs: {
    roughness: mask('0 smooth to 1 rough, linear.'),
    metallicity: mask('0 to 1 metal, linear.'),
  },
  async run({ material: { tensor, frame } }, _params, ctx) {
    const channel = (start: number) => runKernel(ctx.backend, sliceChannels, [tensor], { start, count: 1 })
    return {
      roughness: { kind: 'mask', tensor: channel(0), frame },
      metallicity: { kind: 'mask', tensor: channel(1), frame },
    }
  },
})
