import { expect, test } from 'vitest'
import { hexColour, rgbOf } from '../../src/base/colour.ts'

test('a colour is read with or without #, in three or six digits, small or capital', () => {
  for (const text of ['#ff8800', 'FF8800', '#f80', 'F80', ' #Ff8800 ']) expect(hexColour(text)).toBe('#ff8800')
})

test.each(['', '#', 'orange', '#ff880', '#ff88000', '#gg8800', '##ff8800', 'rgb(1,2,3)'])('“%s” is none', (text) => {
  expect(hexColour(text)).toBeUndefined()
})

test('its channels are 0..1', () => {
  expect(rgbOf('#ff0033')).toEqual([1, 0, 0.2])
})
