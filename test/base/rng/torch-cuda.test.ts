import { describe, expect, it } from 'vitest'
import { philox, type Words4 } from '../../../src/base/rng/philox.ts'
import { TorchCuda } from '../../../src/base/rng/torch-cuda.ts'
import { fixtureJson, fixtureTensors, maxAbsDifference as distance } from '../../support/fixtures.ts'

interface Recorded {
  readonly known_answers: readonly { counter: Words4; key: [number, number]; output: Words4 }[]
  readonly cuda_seed_0_shape_3x4: readonly number[]
  readonly cases: readonly { name: string; seed: string; numel: number }[]
  readonly grid: {
    multiprocessors: number
    threads_per_multiprocessor: number
    seed: string
    numel: number
    next_numel: number
  }
}
const fixture = await fixtureJson<Recorded>('randn/philox_cuda.json')
const recorded = await fixtureTensors('randn/philox_cuda.safetensors')

it.each(fixture.known_answers)(
  "Philox4x32-10 gives Random123's known answer for $counter",
  ({ counter, key, output }) => {
    expect(philox(counter, key[0], key[1], [0, 0, 0, 0])).toEqual(output)
  },
)

describe('torch.randn on CUDA', () => {
  it('gives the published values of seed 0', () => {
    expect(distance(new TorchCuda(0).randn(12), fixture.cuda_seed_0_shape_3x4)).toBeLessThan(1e-6)
  })

  it.each(fixture.cases)('$name and the draw after it', async ({ name, seed, numel }) => {
    const generator = new TorchCuda(Number(seed))
    expect(distance(generator.randn(numel), await recorded.f32(name))).toBeLessThan(1e-6)
    expect(distance(generator.randn(numel), await recorded.f32(`${name}.next`))).toBeLessThan(1e-6)
  })

  it('deals a draw of more values than threads to the threads in turn', async () => {
    const { grid } = fixture
    const generator = new TorchCuda(Number(grid.seed), {
      multiprocessors: grid.multiprocessors,
      threadsPerMultiprocessor: grid.threads_per_multiprocessor,
    })
    expect(distance(generator.randn(grid.numel), await recorded.f32('grid.numel5000'))).toBeLessThan(1e-6)
    expect(distance(generator.randn(grid.next_numel), await recorded.f32('grid.next700'))).toBeLessThan(1e-6)
  })
})
