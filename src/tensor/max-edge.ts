/**
 * The size whose longer side is `edge`, in whole-number arithmetic rounded down (MarigoldImageProcessor's
 * resize_to_max_edge). A side is 0 where the aspect ratio is too extreme.
 */
export function toMaxEdge(width: number, height: number, edge: number): { width: number; height: number } {
  const longer = Math.max(width, height)
  return { width: Math.floor((width * edge) / longer), height: Math.floor((height * edge) / longer) }
}
