/**
 * How much members differ at each pixel: their standard deviation (ddof = 1), of several channels the root of the mean
 * variance. A pixel at which a member is not finite is NaN.
 *
 * @param members at least two, each [C, pixels]
 * @param pixels of one channel
 */
export function spreadOf(members: readonly Float32Array[], pixels: number): Float32Array {
  const count = members.length
  const channels = (members[0]?.length ?? 0) / pixels
  const spread = new Float32Array(pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    let squares = 0
    for (let c = 0; c < channels; c++) {
      const at = c * pixels + pixel
      let sum = 0
      for (const member of members) sum += member[at] ?? 0
      for (const member of members) squares += ((member[at] ?? 0) - sum / count) ** 2
    }
    spread[pixel] = Math.sqrt(squares / (channels * Math.max(1, count - 1)))
  }
  return spread
}
