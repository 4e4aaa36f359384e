import type { WeightStorage } from '../../../../src/weights/hub/storage.ts'

/** Throws unless they are equal; runs in a browser's Worker too, where the test runner is not. */
function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)]
  if (a !== b) throw new Error(`found ${a}, expected ${b}`)
}

async function codeOf(run: Promise<unknown>): Promise<unknown> {
  try {
    await run
  } catch (error) {
    return (error as { readonly code?: unknown }).code
  }
  return 'nothing failed'
}

const bytes = (...values: readonly number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values)

/** What every storage promises, each on an empty one. */
export const contract: Readonly<Record<string, (storage: WeightStorage) => Promise<void>>> = {
  async 'what is not there is not there'(storage) {
    same(await storage.size('a/b'), undefined)
    same(await storage.readText('a/b'), undefined)
    same(await storage.list(''), [])
    same(await storage.list('a'), [])
    await storage.remove('a/b')
    same((await storage.free()) !== 0, true)
  },

  async 'a file is written in any order and read back'(storage) {
    const file = await storage.open('a/b/file')
    await file.write(2, bytes(3, 4))
    await file.write(0, bytes(1, 2))
    await file.flush()
    same(await file.size(), 4)
    same([...(await file.read(1, 3))], [2, 3])
    same([...(await file.read(2, 9))], [3, 4])
    await file.close()
    await file.close()
  },

  async 'what it held is there when it is opened again'(storage) {
    const first = await storage.open('file')
    await first.write(0, bytes(1, 2, 3))
    await first.close()
    same(await storage.size('file'), 3)
    const second = await storage.open('file')
    same([...(await second.read(0, 3))], [1, 2, 3])
    await second.clear()
    same(await second.size(), 0)
    await second.close()
  },

  async 'nobody else opens it meanwhile'(storage) {
    const file = await storage.open('file')
    same(await codeOf(storage.open('file')), 'weights/in-use')
    await file.close()
    await (await storage.open('file')).close()
  },

  async 'it is published whole, in place of what was there'(storage) {
    for (const value of [1, 2]) {
      const file = await storage.open('some/unverified/file')
      await file.write(0, bytes(value, value))
      await file.publish('some/folder/deep/file')
      await file.close()
      same(await storage.size('some/unverified/file'), undefined)
      const source = await (await storage.folder('some/folder', 'x')).open('deep/file')
      same([...(await source.slice(0, source.size))], [value, value])
    }
  },

  async 'files of a folder can be held by several, and go when nobody holds them'(storage) {
    const file = await storage.open('unverified')
    await file.write(0, bytes(1, 2, 3, 4))
    await file.publish('folder/file')
    const source = await (await storage.folder('folder', 'x')).open('file')
    const [first, second] = [await source.hold(), await source.hold()]
    same([...first.read(0, 3)], [1, 2, 3])
    same([...second.read(3, 4)], [4])
    same([...(await source.slice(1, 2))], [2])
    same(await codeOf((async () => first.read(2, 5))()), 'weights/truncated')
    first.close()
    second.close()
    await storage.remove('folder')
    same(await storage.list('folder'), [])
  },

  async 'texts are replaced'(storage) {
    for (const text of ['long text', 'é', '']) {
      await storage.writeText('a/text', text)
      same(await storage.readText('a/text'), text)
    }
    same(await storage.list('a'), ['text'])
  },

  async 'folders are listed, read under a name, and removed with all in them'(storage) {
    for (const path of ['one/a.txt', 'one/deep/b.txt', 'two/c.txt']) await storage.writeText(path, path)
    same([...(await storage.list(''))].sort(), ['one', 'two'])
    same([...(await storage.list('one'))].sort(), ['a.txt', 'deep'])
    const files = await storage.folder('one', 'my model')
    same(files.name, 'my model')
    same([...files.sizes].sort(), [
      ['a.txt', 9],
      ['deep/b.txt', 14],
    ])
    await storage.remove('one')
    same(await storage.list(''), ['two'])
    same((await codeOf(storage.folder('one', 'x'))) !== 'nothing failed', true)
  },

  async 'no path leads out of it'(storage) {
    for (const path of ['../x', 'a/../../x', '/x', '']) {
      same(await codeOf(storage.open(path)), 'checkpoint/unsafe-path')
      same(await codeOf(storage.writeText(path, 'x')), 'checkpoint/unsafe-path')
    }
    same(await codeOf(storage.list('..')), 'checkpoint/unsafe-path')
    same(await codeOf(storage.remove('..')), 'checkpoint/unsafe-path')
  },
}
