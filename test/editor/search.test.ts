import { describe, expect, it } from 'vitest'
import { fuzzyScore, search } from '../../src/editor/search.ts'
import { catalogue } from './support/catalogue.ts'

const nodes = [...catalogue.values()]

describe('search', () => {
  it.each([
    ['decode', 'VAE Decode'],
    ['va de', 'VAE Decode'],
    ['colrz', 'Colorize'],
    ['ENSEMBLE', 'Ensemble Align'],
    ['ddim', 'DDIM Denoise'],
  ])('finds %j first as %s', (query, title) => {
    expect(search(nodes, query)[0]?.title).toBe(title)
  })

  it('finds by keyword', () => {
    expect(search(nodes, 'seed').map(({ title }) => title)).toContain('Noise Init')
  })

  it('gives all for an empty query, none for one that nothing has', () => {
    expect(search(nodes, ' ')).toHaveLength(nodes.length)
    expect(search(nodes, 'qqqq')).toEqual([])
  })

  it('takes what is not a letter as it is', () => {
    expect(fuzzyScore('(', 'VAE Decode')).toBe(0)
    expect(fuzzyScore('(', 'f(x)')).toBeGreaterThan(0)
  })
})
