import { AppError } from '../../src/base/errors.ts'
import { anyOf, choice, defineNode, OutputFiles, sizeOf, text, toggle } from '../../src/node/index.ts'
import { encodeNpy } from '../../src/tensor/encode/npy.ts'
import { encodePng } from '../../src/tensor/encode/png.ts'

export default defineNode({
  type: 'output/export',
  version: 1,
  title: 'Export',
  about: 'Writes a result to a file: depth for other programs as 16-bit PNG or NPY, colours as 8-bit PNG.',
  source: 'export_depth_to_16bit_png of diffusers’ MarigoldImageProcessor; NPY as numpy.save.',
  keywords: ['save', 'download', 'png', 'npy', 'numpy', 'file'],
  sink: true,
  inputs: {
    value: anyOf(
      ['depth', 'normals', 'uncertainty', 'image', 'mask'],
      'What is written. An ensemble gives one file per member.',
    ),
  },
  params: {
    format: choice({
      label: 'Format',
      about:
        '16-bit PNG: 0..1 as 0..65535, cut off. 8-bit PNG: 0..1 as 0..255. Normals: −1..1 as 0..1, a normal map as OpenGL has it. NPY: float32 as it is, [H, W] or [H, W, 3].',
      options: ['png16', 'png8', 'npy'],
      titles: { png16: '16-bit PNG', png8: '8-bit PNG', npy: 'NPY (float32)' },
      default: 'png16',
    }),
    name: text({
      label: 'Name',
      about: 'File name without ending. Letters, digits, dot, dash and underscore; other characters become dashes.',
      default: 'depth',
      maxLength: 80,
    }),
    graph: toggle({
      label: 'Carry graph',
      about:
        'A PNG holds this graph too and opens it again when it is dropped on the editor. Names of your own pictures are left out. NPY holds none.',
      default: true,
    }),
  },
  outputs: {},
  async run({ value }, { format, name, graph }, ctx) {
    const { width, height } = sizeOf(value.tensor)
    const channels = value.tensor.dims[1] === 3 ? 3 : 1
    const read = await ctx.backend.read(value.tensor)
    const planes = value.kind === 'normals' && format !== 'npy' ? read.map((n) => (n + 1) / 2) : read
    ctx.signal.throwIfAborted()
    const picture = { width, height, channels, planes } as const
    const bytes =
      format === 'npy' ? encodeNpy(picture) : await encodePng(picture, format === 'png16' ? 16 : 8, ctx.signal)
    const member = ctx.member.count > 1 ? `-${ctx.member.index + 1}` : ''
    const [ending, mime] = format === 'npy' ? ['npy', 'application/octet-stream'] : ['png', 'image/png']
    const carries = graph && format !== 'npy' ? 'graph' : undefined
    await ctx.use(OutputFiles).write(`${safeName(name)}${member}.${ending}`, bytes, mime, carries)
    return {}
  },
})

/** No folders, no hidden files, nothing that a shell or an operating system reads as more than a name. */
function safeName(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
  // Windows reads these as devices, whatever their ending.
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe)) return `_${safe}`
  if (safe !== '') return safe
  throw new AppError('node/no-file-name', `"${name}" has no character that may stand in a file name.`, {
    fix: 'Give a name of letters and digits.',
  })
}
