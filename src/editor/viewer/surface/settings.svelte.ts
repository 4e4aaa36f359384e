import type { Shape } from './geometry.ts'

export type Form = 'surface' | 'points'
/** What lies over the surface; what the viewer shows in place of a photo that is not there. */
export type Cover = 'photo' | 'picture' | 'plain'

export const LIMITS = {
  fieldOfView: { min: 10, max: 120 },
  distance: { min: 0.1, max: 100, log: true },
  /** From 1 on nothing is cut. */
  cut: { min: 0.005, max: 1, log: true },
  pointSize: { min: 1, max: 8 },
} as const

const USUAL = {
  form: 'surface' as Form,
  cover: 'photo' as Cover,
  lit: true,
  pointSize: 2,
  /** Degrees along the longer side: a telephone's or a compact camera's usual lens. */
  fieldOfView: 55,
  near: 1,
  far: 3,
  cut: 0.05,
}

/** How the 3D view is set, also while it is closed. */
export class SurfaceSettings {
  form = $state(USUAL.form)
  cover = $state(USUAL.cover)
  lit = $state(USUAL.lit)
  pointSize = $state(USUAL.pointSize)
  fieldOfView = $state(USUAL.fieldOfView)
  near = $state(USUAL.near)
  far = $state(USUAL.far)
  cut = $state(USUAL.cut)
  readonly shape = $derived<Shape>({
    fieldOfView: this.fieldOfView,
    near: this.near,
    far: this.far,
    cut: this.cut < LIMITS.cut.max ? this.cut : Infinity,
  })
  readonly usual = $derived(Object.entries(USUAL).every(([name, value]) => this[name as keyof typeof USUAL] === value))

  /** Near stays before far. */
  setNear(near: number): void {
    this.near = Math.min(near, LIMITS.distance.max / GAP)
    if (this.far < GAP * this.near) this.far = rounded(GAP * this.near)
  }

  setFar(far: number): void {
    this.far = Math.max(far, LIMITS.distance.min * GAP)
    if (this.far < GAP * this.near) this.near = rounded(this.far / GAP)
  }

  reset(): void {
    Object.assign(this, USUAL)
  }
}

/** Far is at least this many times near. */
const GAP = 1.1

const rounded = (value: number): number => Number(value.toPrecision(2))
