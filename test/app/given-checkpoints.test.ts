import { expect, it } from 'vitest'
import { GivenCheckpoints } from '../../src/app/given-checkpoints.ts'

const files = (text: string) => new Map([['model_index.json', new Blob([text])]])
const good = async () => undefined
const bad = () => Promise.reject(new Error('no checkpoint'))

it('finds a folder by its id, and a new one of that id in its place', async () => {
  const given = new GivenCheckpoints()
  expect(await given.give('folder:mine', 'mine', files('1'), good)).toMatchObject({ id: 'folder:mine', bytes: 1 })
  await given.give('folder:mine', 'mine', files('22'), good)
  expect(given.locate('folder:mine')?.files.sizes.get('model_index.json')).toBe(2)
})

it('keeps the folder before when the new one is no checkpoint', async () => {
  const given = new GivenCheckpoints()
  await given.give('folder:mine', 'mine', files('1'), good)
  await expect(given.give('folder:mine', 'mine', files('22'), bad)).rejects.toThrow('no checkpoint')
  expect(given.locate('folder:mine')?.files.sizes.get('model_index.json')).toBe(1)
  await expect(given.give('folder:other', 'other', files('1'), bad)).rejects.toThrow()
  expect(given.locate('folder:other')).toBeUndefined()
})
