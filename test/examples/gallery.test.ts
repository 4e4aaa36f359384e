import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { EXAMPLE_GRAPHS } from '../../src/app/page/example-graphs.ts'

const PICTURES = join(import.meta.dirname, '../../examples/gallery')

/** What has to be among the examples, by what they show. */
const SHOWN = [
  'Depth from a photo',
  'Marigold as one node',
  'Ensemble of five, with uncertainty',
  'LCM in one step',
  'Steps compared side by side',
  'One step from zeros',
  'Depth with a tiny VAE',
  'Surface normals',
  'Albedo, roughness, metallicity',
  'Albedo, shading, residual',
]

it('has what people come for first', () => {
  const titles = EXAMPLE_GRAPHS.map(({ title }) => title)
  expect(titles[0]).toBe('Depth from a photo')
  expect(titles).toEqual(expect.arrayContaining(SHOWN))
})

it.each(EXAMPLE_GRAPHS.map((example) => [example.title, example] as const))(
  '%s has a line, a small picture and the checkpoints that it names',
  async (_, { about, picture, checkpoints, text }) => {
    expect(about).toMatch(/^.{20,}\.$/)
    const bytes = await readFile(join(PICTURES, picture?.split('/').at(-1)?.replace(/\?.*/, '') ?? ''))
    expect(bytes.length).toBeLessThan(15_000)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 360, height: 200 })
    expect(checkpoints?.length).toBeGreaterThan(0)
    for (const checkpoint of checkpoints ?? []) expect(text).toContain(`"checkpoint":"${checkpoint}"`)
  },
)
