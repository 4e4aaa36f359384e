export interface WatchdogTimes {
  /** Between two pings. */
  readonly ping: number
  /** Without an answer while a run goes on: the Worker hangs. */
  readonly hang: number
  /** From a cancel to the end of the run. */
  readonly cancel: number
}

/** Milliseconds. WebAssembly computes on the Worker's own thread, which cannot answer meanwhile: it is given longer. */
export const TIMES = {
  webgpu: { ping: 2_000, hang: 30_000, cancel: 5_000 },
  wasm: { ping: 2_000, hang: 600_000, cancel: 5_000 },
} as const satisfies Record<string, WatchdogTimes>

/** Milliseconds between two looks from which the page itself was asleep or slowed down: its clock says nothing then. */
const SLEPT = 5_000

/** Notices a Worker that no longer answers while it should be working. */
export class Watchdog {
  #timer: ReturnType<typeof setInterval> | undefined
  #heard = 0
  #looked = 0
  #pinged = 0
  #cancelled: number | undefined
  #running = false

  constructor(
    readonly times: () => WatchdogTimes,
    readonly ping: () => void,
    readonly bite: (why: 'hang' | 'cancel') => void,
  ) {}

  heard(): void {
    this.#heard = Date.now()
  }

  runs(): void {
    this.#running = true
    this.#cancelled = undefined
    this.heard()
    this.#looked = Date.now()
    const { ping } = this.times()
    this.#timer ??= setInterval(() => this.#look(), Math.min(ping, 1_000))
    this.ping()
    this.#pinged = Date.now()
  }

  cancels(): void {
    if (this.#running) this.#cancelled ??= Date.now()
  }

  rests(): void {
    this.#running = false
    this.#cancelled = undefined
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = Date.now()
    const { ping, hang, cancel } = this.times()
    const slept = now - this.#looked
    this.#looked = now
    // A hidden tab's timers run once a minute, and a laptop sleeps for hours: nobody asked the Worker meanwhile.
    if (slept >= SLEPT) {
      this.#heard += slept
      if (this.#cancelled !== undefined) this.#cancelled += slept
    }
    if (this.#cancelled !== undefined && now - this.#cancelled >= cancel) return this.#kill('cancel')
    if (now - this.#heard >= hang) return this.#kill('hang')
    if (now - this.#pinged >= ping) {
      this.#pinged = now
      this.ping()
    }
  }

  #kill(why: 'hang' | 'cancel'): void {
    this.rests()
    this.bite(why)
  }
}
