import { runKernel } from '../../src/gpu/kernel.ts'
import { crop } from '../../src/gpu/kernels/crop.ts'
import { resize } from '../../src/gpu/kernels/resize.ts'
import { unitNormals } from '../../src/gpu/kernels/unit-normals.ts'
import { anyOf, choice, defineNode, image, sameAs, sizeOf } from '../../src/node/index.ts'
import { resizeMethods } from '../../src/tensor/resize-taps.ts'

const kinds = ['depth', 'normals', 'uncertainty', 'image', 'mask'] as const

export default defineNode({
  type: 'image/match-size',
  version: 1,
  title: 'Match Image Size',
  about:
    'Scales a result back to the size of the picture it came from. Nothing is smoothed or clipped, as in the reference; normals get length 1 again.',
  source: 'unpad_image and resize_antialias of diffusers’ MarigoldImageProcessor.',
  keywords: ['resize', 'scale', 'match input resolution', 'original size'],
  inputs: {
    value: anyOf(kinds, 'What is scaled. Padding is cut off first.'),
    like: image('The picture whose original size the result gets.'),
  },
  params: {
    method: choice({
      label: 'Method',
      about:
        'How pixels are computed. Bicubic is sharper and may overshoot the range a little; nearest keeps edges hard.',
      options: resizeMethods,
      default: 'bilinear',
    }),
  },
  outputs: { value: sameAs('value', kinds, 'The same at the picture’s original size.') },
  async run({ value, like }, { method }, ctx) {
    const size = like.frame.original
    const frame = { original: size, content: size }
    const { content } = value.frame
    const whole = sizeOf(value.tensor)
    const unpadded =
      content.width === whole.width && content.height === whole.height
        ? value.tensor.retain()
        : runKernel(ctx.backend, crop, [value.tensor], content)
    if (content.width === size.width && content.height === size.height) {
      return { value: { ...value, tensor: unpadded, frame } }
    }
    try {
      const resized = runKernel(ctx.backend, resize, [unpadded], { ...size, method, antialias: false })
      if (value.kind !== 'normals') return { value: { ...value, tensor: resized, frame } }
      try {
        const tensor = runKernel(ctx.backend, unitNormals, [resized], { clip: false, halfZ: false })
        return { value: { ...value, tensor, frame } }
      } finally {
        resized.release()
      }
    } finally {
      unpadded.release()
    }
  },
})
