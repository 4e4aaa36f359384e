/** A source of standard normal noise that goes on from draw to draw, as one `torch.Generator` does. */
export interface NoiseGenerator {
  /** The next draw of `numel` values, `torch.randn(numel)`. */
  randn(numel: number): Float32Array
  /**
   * Values [begin, end) of the next draw of `numel`, without making the others; leaves the generator as `randn(numel)`
   * would. `part(numel, 0, 0)` skips a draw.
   */
  part(numel: number, begin: number, end: number): Float32Array
}
