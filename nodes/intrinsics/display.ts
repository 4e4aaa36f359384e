import { runKernel } from '../../src/gpu/kernel.ts'
import { gamma } from '../../src/gpu/kernels/gamma.ts'
import { minMax } from '../../src/gpu/kernels/min-max.ts'
import { anyOf, defineNode, sameAs, toggle } from '../../src/node/index.ts'
import type { Backend, Tensor } from '../../src/tensor/tensor.ts'

const kinds = ['image', 'mask'] as const

export default defineNode({
  type: 'intrinsics/display',
  version: 1,
  title: 'Display Linear',
  about:
    'Makes linear pictures look right on a screen: to the power of 1/2.2, as the reference shows them. For albedo, shading and residual of Decode Lighting.',
  source: 'visualize_intrinsics of diffusers’ MarigoldImageProcessor.',
  keywords: ['gamma', 'srgb', 'tone', 'visualize', 'intrinsic', 'iid', 'exposure'],
  inputs: { value: anyOf(kinds, 'A linear picture.') },
  params: {
    stretch: toggle({
      label: 'Stretch',
      about: 'Divides by the largest value first: for shading and residual, which are known up to a factor only.',
      default: true,
    }),
  },
  outputs: { value: sameAs('value', kinds, 'The same for a screen.') },
  async run({ value }, { stretch }, ctx) {
    const white = stretch ? await largest(ctx.backend, value.tensor) : 1
    return { value: { ...value, tensor: runKernel(ctx.backend, gamma, [value.tensor], { white }) } }
  },
})

/** At least 10⁻⁶, as visualize_intrinsics. */
async function largest(backend: Backend, tensor: Tensor): Promise<number> {
  const limits = runKernel(backend, minMax, [tensor], {})
  try {
    const [, max = 1] = await backend.read(limits)
    return Number.isFinite(max) ? Math.max(max, 1e-6) : 1
  } finally {
    limits.release()
  }
}
