import type { ExamplePicture } from '../../editor/state/examples.ts'

const FILES = Object.keys(import.meta.glob('/examples/images/*.{jpg,png,webp}'))

/** The example pictures, by file name; vite.config.ts serves them under this path. */
export const EXAMPLE_PICTURES: readonly ExamplePicture[] = FILES.map((path) => {
  const name = path.split('/').at(-1) ?? path
  return { name, url: `examples/images/${name}` }
})
