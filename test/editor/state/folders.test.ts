import { describe, expect, it } from 'vitest'
import { folderOfEntry, folderOfInput } from '../../../src/editor/state/folders.ts'

const file = (path: string): File =>
  Object.assign(new File(['{}'], path.split('/').at(-1) ?? path), { webkitRelativePath: path })

/** A folder as a drop gives it: names end with a slash where they are folders; a hundred entries at a time. */
function dropped(name: string, inside: readonly (string | FileSystemEntry)[]): FileSystemDirectoryEntry {
  const entries = inside.map((one) => {
    if (typeof one !== 'string') return one
    return { name: one, isFile: true, isDirectory: false, file: (done: FileCallback) => done(new File(['{}'], one)) }
  })
  const createReader = () => {
    let at = 0
    return { readEntries: (done: (some: object[]) => void) => done(entries.slice(at, (at += 100))) }
  }
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemDirectoryEntry
}

const many = (count: number, ending: string) => Array.from({ length: count }, (_, i) => `${i}.${ending}`)

describe('a folder that was given', () => {
  it('is the picked one, or the only one in it with a model_index.json; other files than a checkpoint’s stay out', async () => {
    const unet = dropped('unet', ['config.json', 'sample.png'])
    const inside = dropped('my model (v1)', ['model_index.json', 'README.md', unet])
    const { name, files } = await folderOfEntry(dropped('downloads', ['list.txt', inside]))
    expect(name).toBe('my-model-v1-')
    expect([...files.keys()].sort()).toEqual(['model_index.json', 'unet/config.json'])

    const paths = ['a/model_index.json', 'a/unet/config.json', 'a/unet/sample.png']
    const picked = folderOfInput(paths.map(file))
    expect([picked.name, ...picked.files.keys()]).toEqual(['a', 'model_index.json', 'unet/config.json'])
  })

  it('may hold 20,000 files and folders, each counted once, and no more', async () => {
    const wanted = many(1_500, 'json')
    const full = [...wanted, ...many(18_400, 'png'), ...Array.from({ length: 100 }, (_, i) => dropped(`f${i}`, []))]
    expect(full).toHaveLength(20_000)
    expect((await folderOfEntry(dropped('a', full))).files.size).toBe(1_500)
    await expect(folderOfEntry(dropped('a', [...full, 'one.png']))).rejects.toThrow('too many files')
    await expect(folderOfEntry(dropped('a', [...full, dropped('one', [])]))).rejects.toThrow('too many files')
  })

  it('may hold 2,000 files of the kinds that a checkpoint has, and no more', async () => {
    expect((await folderOfEntry(dropped('a', many(2_000, 'json')))).files.size).toBe(2_000)
    await expect(folderOfEntry(dropped('a', many(2_001, 'json')))).rejects.toThrow('too many files')
    const paths = many(2_001, 'json').map((name) => file(`a/${name}`))
    expect(() => folderOfInput(paths)).toThrow('too many files')
    expect(folderOfInput(paths.slice(1)).files.size).toBe(2_000)
  })

  it('is not looked into deeper than five levels, nor where it is hidden or node_modules', async () => {
    const six = ['six', 'five', 'four', 'three', 'two'].reduce<FileSystemEntry>(
      (inner, name) => dropped(name, [`${name}.json`, inner]),
      dropped('seven', ['seven.json']),
    )
    const others = [dropped('.git', ['config.json']), dropped('node_modules', ['package.json'])]
    const { files } = await folderOfEntry(dropped('one', [...others, 'one.json', six]))
    expect([...files.keys()].sort()).toEqual([
      'one.json',
      'two/three/four/five/five.json',
      'two/three/four/four.json',
      'two/three/three.json',
      'two/two.json',
    ])
  })
})
