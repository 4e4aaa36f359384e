import { expect, test } from 'vitest'
import { bench, marigold } from './toys/bench.ts'

test('the ensemble behind a value is its own, or the one that its node makes one of', async () => {
  const { engine } = bench()
  const document = marigold({ members: 3 })
  await engine.update(document)
  expect(engine.ensemble('denoise', 'latent')).toEqual({ node: 'denoise', socket: 'latent', merged: false })
  expect(engine.ensemble('mean', 'depth')).toEqual({ node: 'denoise', socket: 'latent', merged: true })
  expect(engine.ensemble('encode', 'latent')).toBeUndefined()
  expect([...engine.merging().keys()]).toEqual(['mean'])
  expect(engine.lookedAt({ node: 'mean', socket: 'depth' })).toEqual({ node: 'mean', socket: 'depth', member: 0 })
  expect(engine.lookedAt({ node: 'mean', socket: 'depth', member: 2 })).toEqual({
    node: 'denoise',
    socket: 'latent',
    member: 2,
  })
  await engine.dispose()
})
