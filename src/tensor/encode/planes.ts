/** A result on the processor: `channels` planes of H·W float32, one after the other. */
export interface Planes {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly planes: Float32Array
}

/** Planes → interleaved samples, each passed through `map`. */
export function interleave<T extends Float32Array | Uint8Array | Uint16Array>(
  { width, height, channels, planes }: Planes,
  out: T,
  map: (value: number) => number,
): T {
  const pixels = width * height
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < pixels; i++) out[i * channels + c] = map(planes[c * pixels + i] ?? 0)
  }
  return out
}
