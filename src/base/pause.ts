/** A pause that lets messages in, at most every 8 ms: a timer each time would cost more than small work does. */
export function breather(now: () => number): () => Promise<void> {
  let last = now()
  return async () => {
    if (now() - last < 8) return
    await new Promise((resolve) => setTimeout(resolve))
    last = now()
  }
}
