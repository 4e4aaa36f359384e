/**
 * How much members differ at each pixel: their standard deviation (ddof = 1), of several channels the root of the mean
 * variance. A pixel at which a member is not finite is NaN.
 *
 * @param members at least two, each [C, pixels]
 * @param pixels of one channel
 */
export function spreadOf(members: readonly Float32Array[], pixels: number): Float32Array {
  const size = members[0]?.length ?? 0
  const mean = new Float64Array(size)
  for (const member of members)
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (member[i] ?? 0) / members.length
  const squares = new Float64Array(pixels)
  for (const member of members) {
    for (let start = 0; start < size; start += pixels) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const d = (member[start + pixel] ?? 0) - (mean[start + pixel] ?? 0)
        squares[pixel] = (squares[pixel] ?? 0) + d * d
      }
    }
  }
  const degrees = (size / pixels) * Math.max(1, members.length - 1)
  return Float32Array.from(squares, (sum) => Math.sqrt(sum / degrees))
}
