/**
 * The sinusoidal embedding of timestep t, [channels] (diffusers' `get_timestep_embedding`, max_period 10000):
 *
 *   f_i = exp(−ln(10000) · i / (half − shift)),  half = channels / 2
 *   [sin(t·f), cos(t·f)], or the halves exchanged when `flipSinToCos`
 *
 * rounded to float32 after every operation, as torch does: sin(t·f) for t up to 1000 is sensitive to the last bit of f.
 */
export function timestepEmbedding(t: number, channels: number, flipSinToCos: boolean, shift: number): Float32Array {
  const half = Math.floor(channels / 2)
  const embedding = new Float32Array(channels)
  const [sines, cosines] = flipSinToCos ? [half, 0] : [0, half]
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround(Math.fround(Math.fround(-Math.log(10000)) * i) / Math.fround(half - shift))
    const angle = Math.fround(Math.fround(t) * Math.fround(Math.exp(exponent)))
    embedding[sines + i] = Math.sin(angle)
    embedding[cosines + i] = Math.cos(angle)
  }
  return embedding
}
