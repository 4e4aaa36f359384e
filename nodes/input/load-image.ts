import { AppError } from '../../src/base/errors.ts'
import { defineNode, image, picture, Pictures, type DecodedPicture } from '../../src/node/index.ts'

export default defineNode({
  type: 'input/load-image',
  version: 1,
  title: 'Load Image',
  about:
    'A photo from a file. 8 and 16 bit, grey or colour; a camera’s rotation is applied, colours are taken as sRGB.',
  source: 'load_image_canonical of diffusers’ MarigoldImageProcessor.',
  keywords: ['photo', 'picture', 'open', 'file', 'jpeg', 'png', 'webp'],
  inputs: {},
  params: {
    picture: picture({
      label: 'Picture',
      about: 'The photo: choose an example, pick a file, or drop one on the node. The file stays on this machine.',
      default: null,
    }),
  },
  outputs: { image: image('The whole picture at the size of the file, values 0..1.') },
  async run(_inputs, { picture: ref }, ctx) {
    if (ref === null) {
      throw new AppError('node/no-picture', 'No picture is chosen.', { fix: 'Choose a picture in Load Image.' })
    }
    const decoded = await ctx.use(Pictures).load(ref, ctx.signal)
    ctx.signal.throwIfAborted()
    const { rgb, transparent } = toRgb(decoded)
    if (transparent) ctx.warn('The picture has transparent parts; they were laid over white.')
    const size = { width: decoded.width, height: decoded.height }
    const tensor = ctx.backend.upload(rgb, [1, 3, size.height, size.width])
    return { image: { kind: 'image', tensor, frame: { original: size, content: size } } }
  },
})

/**
 * Interleaved integers → planes of float32 in 0..1, `v / 255` or `v / 65535` as MarigoldImageProcessor does. Grey is
 * repeated. Alpha, which the reference refuses, is laid over white: α·v + (1 − α).
 */
function toRgb({ width, height, channels, data }: DecodedPicture): { rgb: Float32Array; transparent: boolean } {
  const pixels = width * height
  const largest = data instanceof Uint16Array ? 65535 : 255
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : undefined
  const colours = channels < 3 ? 1 : 3
  const rgb = new Float32Array(3 * pixels)
  let transparent = false
  for (let i = 0; i < pixels; i++) {
    const alpha = alphaAt === undefined ? largest : (data[i * channels + alphaAt] ?? largest)
    if (alpha !== largest) transparent = true
    for (let c = 0; c < 3; c++) {
      const v = (data[i * channels + (c % colours)] ?? 0) / largest
      rgb[c * pixels + i] = alpha === largest ? v : (alpha / largest) * v + (1 - alpha / largest)
    }
  }
  return { rgb, transparent }
}
