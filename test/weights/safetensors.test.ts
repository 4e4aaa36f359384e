import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { DTYPE_BYTES, type Dtype } from '../../src/weights/dtype.ts'
import { MAX_HEADER_BYTES, readSafetensorsHeader } from '../../src/weights/safetensors.ts'
import { blobSource, bytesSource } from '../../src/weights/source.ts'
import { counting, fileWithHeader, safetensors } from './files-made-here.ts'

const read = (file: Uint8Array) => readSafetensorsHeader(bytesSource(file), 'test.safetensors')

const codeOf = async (file: Uint8Array) =>
  read(file).then(
    () => 'accepted',
    (error: unknown) => (error instanceof AppError ? error.code : `raw ${String(error)}`),
  )

const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })
const header = (tensors: Record<string, unknown>) => JSON.stringify(tensors)
const zeros = (n: number) => new Uint8Array(n)

const valid = safetensors(
  {
    'down_blocks.0.resnets.0.conv1.weight': counting('F32', [2, 3, 1, 1]),
    scale: counting('F16', []),
    nothing: counting('F32', [0, 4]),
    ids: counting('I64', [1, 2], 100),
    mask: counting('BOOL', [3]),
  },
  { format: 'pt' },
)

describe('a valid file', () => {
  it('gives every tensor with type, shape and the offsets of its bytes in the file', async () => {
    const { tensors, metadata } = await read(valid)
    expect([...tensors.keys()].sort()).toEqual(
      ['down_blocks.0.resnets.0.conv1.weight', 'ids', 'mask', 'nothing', 'scale'].sort(),
    )
    const ids = tensors.get('ids')
    expect(ids).toMatchObject({ name: 'ids', dtype: 'I64', shape: [1, 2] })
    expect(valid.subarray(ids?.begin, ids?.end)).toEqual(Uint8Array.from({ length: 16 }, (_, i) => 100 + i))
    expect(metadata).toEqual(new Map([['format', 'pt']]))
  })

  it('is read the same from a Blob', async () => {
    expect(await readSafetensorsHeader(blobSource(new Blob([valid.slice()])), 'x')).toEqual(await read(valid))
  })

  it('may hold no tensor at all', async () => {
    expect((await read(fileWithHeader('{}', zeros(0)))).tensors.size).toBe(0)
  })

  it('may name tensors like members of Object', async () => {
    const text =
      '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}'
    const { tensors } = await read(fileWithHeader(text, zeros(2)))
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor'])
    expect(tensors.has('toString')).toBe(false)
  })

  it('is read without touching its data', async () => {
    const asked: number[] = []
    const source = bytesSource(valid)
    await readSafetensorsHeader({ ...source, slice: (b, e) => (asked.push(e), source.slice(b, e)) }, 'x')
    const first = Math.min(...[...(await read(valid)).tensors.values()].map(({ begin }) => begin))
    expect(Math.max(...asked)).toBe(first)
  })

  it('of any tensors is read back as it was written', async () => {
    const dtypes = Object.keys(DTYPE_BYTES) as Dtype[]
    const tensor = fc
      .tuple(fc.constantFrom(...dtypes), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }))
      .map(([dtype, shape]) => counting(dtype, shape))
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__' && !/^\d+$/.test(name))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, tensor), async (made) => {
        const { tensors } = await read(safetensors(made))
        expect(tensors.size).toBe(Object.keys(made).length)
        for (const [name, { dtype, shape, bytes }] of Object.entries(made)) {
          const found = tensors.get(name)
          expect(found).toMatchObject({ dtype, shape: [...shape] })
          expect((found?.end ?? 0) - (found?.begin ?? 0)).toBe(bytes.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('a file that lies is refused with its own code', () => {
  const cases: readonly [what: string, code: string, file: Uint8Array][] = [
    ['has no length', 'truncated', zeros(7)],
    ['ends inside its header', 'truncated', fileWithHeader('{}', zeros(0), 100n)],
    ['claims a header of 2^63 bytes', 'header-too-large', fileWithHeader('{}', zeros(0), 2n ** 63n)],
    [
      'claims a header just over the cap',
      'header-too-large',
      fileWithHeader('{}', zeros(0), BigInt(MAX_HEADER_BYTES) + 1n),
    ],
    ['has an empty header', 'bad-header', zeros(8)],
    ['has a header of spaces', 'bad-header', fileWithHeader('    {}', zeros(0))],
    ['has a broken header', 'bad-header', fileWithHeader('{"a":', zeros(0))],
    ['has a list for a header', 'bad-header', fileWithHeader('[]', zeros(0))],
    ['has a header that is not UTF-8', 'bad-header', fileWithHeader(Uint8Array.of(0x7b, 0xff, 0x7d), zeros(0))],
    ['nests a million brackets', 'bad-header', fileWithHeader('{"a":' + '['.repeat(1e6), zeros(0))],
    ['has metadata that is not text', 'bad-header', fileWithHeader('{"__metadata__":{"a":1}}', zeros(0))],
    ['has metadata that is a list', 'bad-header', fileWithHeader('{"__metadata__":[]}', zeros(0))],
    ['describes a tensor by null', 'bad-tensor', fileWithHeader('{"a":null}', zeros(0))],
    ['has a negative size', 'bad-tensor', fileWithHeader(header({ a: entry('F32', [-1], [0, 4]) }), zeros(4))],
    ['has a fractional size', 'bad-tensor', fileWithHeader(header({ a: entry('F32', [0.5], [0, 2]) }), zeros(2))],
    ['has a size as text', 'bad-tensor', fileWithHeader(header({ a: entry('F32', ['1'], [0, 4]) }), zeros(4))],
    ['has one offset', 'bad-tensor', fileWithHeader(header({ a: entry('F32', [1], [0]) }), zeros(4))],
    ['has offsets reversed', 'bad-tensor', fileWithHeader(header({ a: entry('F32', [0], [4, 0]) }), zeros(4))],
    ['has an offset over 2^53', 'bad-tensor', fileWithHeader(header({ a: entry('F32', [1], [0, 2 ** 60]) }), zeros(4))],
    [
      'has an offset at 2^53 − 1',
      'bad-tensor',
      fileWithHeader(header({ a: entry('U8', [2 ** 53 - 1], [0, 2 ** 53 - 1]) }), zeros(4)),
    ],
    ['has an unknown type', 'unknown-dtype', fileWithHeader(header({ a: entry('F8_E4M3', [4], [0, 4]) }), zeros(4))],
    [
      'has a type named like a method',
      'unknown-dtype',
      fileWithHeader(header({ a: entry('toString', [4], [0, 4]) }), zeros(4)),
    ],
    ['has no type', 'unknown-dtype', fileWithHeader(header({ a: entry(undefined, [4], [0, 4]) }), zeros(4))],
    [
      'has a shape that does not fill its bytes',
      'wrong-size',
      fileWithHeader(header({ a: entry('F32', [2], [0, 4]) }), zeros(4)),
    ],
    [
      'has a shape whose product overflows',
      'wrong-size',
      fileWithHeader(header({ a: entry('F32', [2 ** 40, 2 ** 40], [0, 4]) }), zeros(4)),
    ],
    [
      'has a shape that wraps to the right size in 64 bits',
      'wrong-size',
      fileWithHeader(header({ a: entry('U8', [2 ** 32, 2 ** 32], [0, 0]) }), zeros(0)),
    ],
    ['has a tensor past its end', 'truncated', fileWithHeader(header({ a: entry('F32', [2], [0, 8]) }), zeros(7))],
    [
      'has overlapping tensors',
      'overlap',
      fileWithHeader(header({ a: entry('U8', [4], [0, 4]), b: entry('U8', [4], [2, 6]) }), zeros(6)),
    ],
    [
      'has two tensors on the same bytes',
      'overlap',
      fileWithHeader(header({ a: entry('U8', [4], [0, 4]), b: entry('U8', [4], [0, 4]) }), zeros(4)),
    ],
    ['begins with a hole', 'hole', fileWithHeader(header({ a: entry('U8', [4], [4, 8]) }), zeros(8))],
    [
      'has a hole',
      'hole',
      fileWithHeader(header({ a: entry('U8', [4], [0, 4]), b: entry('U8', [1], [5, 6]) }), zeros(6)),
    ],
    [
      'names a tensor twice',
      'hole',
      fileWithHeader(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        zeros(2),
      ),
    ],
    [
      'has bytes after the last tensor',
      'trailing-bytes',
      fileWithHeader(header({ a: entry('U8', [4], [0, 4]) }), zeros(5)),
    ],
  ]
  it.each(cases)('one that %s: weights/%s', async (_what, code, file) => {
    expect(await codeOf(file)).toBe(`weights/${code}`)
  })

  it('with a message that stays short however long a name is', async () => {
    const file = fileWithHeader(header({ ['x'.repeat(1e5)]: entry('F32', [2], [0, 4]) }), zeros(4))
    const error = await read(file).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).message.length).toBeLessThan(400)
  })

  it('at every length that cuts it short', async () => {
    for (let end = 0; end < valid.length; end++) expect(await codeOf(valid.subarray(0, end))).toMatch(/^weights\//)
  })
})

describe('mutated files', () => {
  const EDITS = 1_000_000
  const jsonEnd = 8 + Number(new DataView(valid.buffer).getBigUint64(0, true))
  const tokens = [
    'null',
    '-1',
    '1e400',
    '9007199254740993',
    '"F32"',
    '"F64"',
    '[]',
    '{}',
    '[0,1]',
    '"\\ud800"',
    'true',
    '',
  ]

  const bytes = fc.array(fc.tuple(fc.nat(jsonEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
    const file = valid.slice()
    for (const [at, value] of changes) file[at] = value
    return file
  })
  const digits = fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 40 })).map(([which, value]) => {
    const text = new TextDecoder().decode(valid.subarray(8, jsonEnd))
    const numbers = [...text.matchAll(/\d+/g)]
    const at = numbers[which % numbers.length]
    const changed =
      at === undefined ? text : text.slice(0, at.index) + String(value) + text.slice(at.index + at[0].length)
    return fileWithHeader(changed, valid.subarray(jsonEnd))
  })
  const spliced = fc.tuple(fc.nat(jsonEnd - 9), fc.nat(12), fc.constantFrom(...tokens)).map(([at, length, token]) => {
    const text = new TextDecoder().decode(valid.subarray(8, jsonEnd))
    return fileWithHeader(text.slice(0, at) + token + text.slice(at + length), valid.subarray(jsonEnd))
  })

  // Both offsets of one tensor move together, so that only its place is wrong, not its size.
  const moved = fc.tuple(fc.nat(1000), fc.integer({ min: -20, max: 20 })).map(([which, by]) => {
    const text = new TextDecoder().decode(valid.subarray(8, jsonEnd))
    const pairs = [...text.matchAll(/"data_offsets":\[(\d+),(\d+)\]/g)]
    const at = pairs[which % pairs.length]
    if (at === undefined) throw new Error('the valid file has no offsets')
    const pair = `"data_offsets":[${Number(at[1]) + by},${Number(at[2]) + by}]`
    return fileWithHeader(text.slice(0, at.index) + pair + text.slice(at.index + at[0].length), valid.subarray(jsonEnd))
  })
  const mutated = fc.oneof(bytes, digits, moved, spliced)

  it('are either valid or refused with a typed error: 20,000 of them', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(mutated, async (file) => {
        const code = await codeOf(file)
        seen.set(code, (seen.get(code) ?? 0) + 1)
        expect(code).toMatch(/^(accepted|weights\/[a-z-]+)$/)
      }),
      { numRuns: 20_000 },
    )
    // The mutations must reach past the JSON parser, and must not all be refused by one rule.
    const refused = 20_000 - (seen.get('accepted') ?? 0)
    expect(refused).toBeGreaterThan(10_000)
    for (const code of [
      'bad-header',
      'bad-tensor',
      'unknown-dtype',
      'wrong-size',
      'overlap',
      'hole',
      'header-too-large',
    ]) {
      expect(seen.get(`weights/${code}`), code).toBeGreaterThan(0)
    }
  }, 60_000)

  it('by one edit are either valid or refused with a typed error: a million of them', async () => {
    // Without fast-check, whose share of the time would be three quarters, and without stacks, a third of the rest.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    onTestFinished(() => void (Error.stackTraceLimit = stackTraceLimit))
    let seed = 1
    const below = (limit: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * limit)
    }
    const [made, odd] = [new Map<string, number>(), new Set<string>()]
    for (let n = 0; n < EDITS; n++) {
      const at = below(jsonEnd)
      const [cut, put] = [below(3), below(3)]
      const end = Math.min(jsonEnd, at + cut)
      const file = new Uint8Array(valid.length - (end - at) + put)
      file.set(valid.subarray(0, at))
      for (let i = 0; i < put; i++) file[at + i] = below(2) === 0 ? (valid[8 + below(jsonEnd - 8)] ?? 0) : below(256)
      file.set(valid.subarray(end), at + put)
      const code = await codeOf(file)
      made.set(code, (made.get(code) ?? 0) + 1)
      if (code !== 'accepted' && !/^weights\/[a-z-]+$/.test(code)) odd.add(code)
    }
    expect([...odd]).toEqual([])
    expect(made.get('accepted')).toBeGreaterThan(EDITS / 1000)
    expect(made.size).toBeGreaterThan(6)
  }, 240_000)

  it('that are accepted keep every tensor inside the file, each byte in exactly one', async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(mutated, async (file) => {
        const result = await read(file).catch(() => undefined)
        if (result === undefined) return
        accepted += 1
        const ranges = [...result.tensors.values()]
        const total = ranges.reduce((sum, { begin, end }) => sum + end - begin, 0)
        expect(total).toBe(file.length - 8 - Number(new DataView(file.buffer).getBigUint64(0, true)))
        for (const { begin, end } of ranges) expect(end <= file.length && begin <= end).toBe(true)
      }),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(50)
  }, 60_000)
})
