import { expect, test } from 'vitest'
import { Views } from '../../../src/editor/state/views.ts'

const storage = (text: string | null = null) => {
  let kept = text
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) }
}

test('the place of each document comes back; of many, those looked at last', () => {
  const shelf = storage()
  const views = new Views(shelf)
  for (let i = 0; i < 60; i++) views.set(`d${i}`, { x: i, y: -i, k: 0.5 })
  views.keep()
  const again = new Views(shelf)
  expect(again.get('d59')).toEqual({ x: 59, y: -59, k: 0.5 })
  expect(again.get('d9')).toBeUndefined()
})

test.each(['nonsense', '{}', '[["a"],["b",{"x":1,"y":null,"k":1}],7]'])('whatever is stored is no harm: %s', (text) => {
  expect(new Views(storage(text)).get('b')).toBeUndefined()
})
