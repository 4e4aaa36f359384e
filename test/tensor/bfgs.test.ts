import { expect, test } from 'vitest'
import { bfgs, type Sample } from '../../src/tensor/ensemble/bfgs.ts'

const rosenbrock = async (x: readonly number[]): Promise<Sample> => {
  const [a = 0, b = 0] = x
  const value = (1 - a) ** 2 + 100 * (b - a * a) ** 2
  return { x, value, gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)] }
}

const quadratic = async (x: readonly number[]): Promise<Sample> => ({
  x,
  value: x.reduce((sum, v, i) => sum + (i + 1) * (v - i) ** 2, 0),
  gradient: x.map((v, i) => 2 * (i + 1) * (v - i)),
})

test('the minimum of Rosenbrock’s valley is found', async () => {
  const found = await bfgs(rosenbrock, [-1.2, 1], { maxIter: 100, tol: 1e-8 })
  expect(found.x[0]).toBeCloseTo(1, 6)
  expect(found.x[1]).toBeCloseTo(1, 6)
  expect(found.iterations).toBeLessThan(60)
})

test('a quadratic is solved, and the search stops at the tolerance', async () => {
  const found = await bfgs(quadratic, [5, 5, 5, 5], { maxIter: 50, tol: 1e-6 })
  found.x.forEach((v, i) => expect(v).toBeCloseTo(i, 5))
  expect(found.iterations).toBeLessThan(20)
  expect((await bfgs(quadratic, [0, 1, 2], { maxIter: 50, tol: 1e-6 })).iterations).toBe(0)
})

test('no iteration means no move, and every allowed one goes down', async () => {
  const start = await rosenbrock([-1.2, 1])
  expect(await bfgs(rosenbrock, [-1.2, 1], { maxIter: 0, tol: 0 })).toMatchObject({ x: [-1.2, 1], iterations: 0 })
  let last = start.value
  for (const maxIter of [1, 2, 5, 10]) {
    const { value } = await bfgs(rosenbrock, [-1.2, 1], { maxIter, tol: 0 })
    expect(value).toBeLessThan(last)
    last = value
  }
})

test('a refused step ends the search where it was', async () => {
  const found = await bfgs(quadratic, [5, 5], { maxIter: 50, tol: 0, accept: ({ value }) => value > 10 })
  expect(found.accepted).toBe(false)
  expect(found.value).toBeGreaterThan(10)
})

test('a kink does not stop the descent above the first lower point', async () => {
  const kinked = async (x: readonly number[]): Promise<Sample> => {
    const [a = 0] = x
    return { x, value: Math.abs(a), gradient: [Math.sign(a)] }
  }
  expect((await bfgs(kinked, [1], { maxIter: 5, tol: 1e-9 })).value).toBeLessThan(0.5)
})
