import { SvelteSet } from 'svelte/reactivity'
import type { Rectangle } from '../../graph/document.ts'
import type { Geometry } from './geometry.svelte.ts'
import { meets, middleOf } from './rectangles.ts'

/** Graphs of at most so many nodes have all their cards whole: that costs little, and nothing ever has to be filled in. */
export const FEW = 48
/** Zoom under which words are dots. */
export const FAR = 0.35
/** Screens around what is seen in which cards become whole, and beyond which they stop being so. */
const NEAR = { enter: 0.4, leave: 1.2 }
/** Looks that are measured beforehand. */
const SAMPLES = 64

export interface Drawn {
  readonly ids: readonly string[]
  readonly looks: ReadonlyMap<string, string>
  /** The part of the canvas that can be seen, in canvas units. */
  readonly seen: Rectangle
  readonly zoom: number
  /** What is being worked on. */
  readonly used: ReadonlySet<string>
}

/**
 * Which cards are drawn whole, with sockets, parameters and all; the others have their title, picture and state. Every card is
 * there, has its name, its place in the order of the keyboard, and its size; one that is focused or selected is whole at once
 * (NodeCard), those that come into view when it rests (rete/completing.ts).
 */
export class Detail {
  readonly whole = new SvelteSet<string>()

  constructor(private readonly geometry: Geometry) {}

  /** Which cards are to be whole, the nearest to the middle of what is seen first. */
  wanted({ ids, looks, seen, zoom, used }: Drawn): readonly string[] {
    const [enter, leave] = [around(seen, NEAR.enter), around(seen, NEAR.leave)]
    const middle = middleOf(seen)
    const samples = this.samples(ids, looks)
    const off = (box: Rectangle): number => {
      const { x, y } = middleOf(box)
      return Math.hypot(x - middle.x, y - middle.y)
    }
    return ids
      .flatMap((id) => {
        const box = this.geometry.box(id)
        const near = box !== undefined && zoom >= FAR && meets(this.whole.has(id) ? leave : enter, box)
        return box && (near || used.has(id) || samples.has(id)) ? [{ id, off: off(box) }] : []
      })
      .sort((a, b) => a.off - b.off)
      .map(({ id }) => id)
  }

  /** One card of each look that was not measured yet: the others get their size and sockets from it. */
  samples(ids: readonly string[], looks: ReadonlyMap<string, string>): ReadonlySet<string> {
    const first = new Map<string, string>()
    for (const id of ids) {
      const look = looks.get(id)
      if (look !== undefined && !first.has(look) && !this.geometry.knows(look)) first.set(look, id)
    }
    return new Set([...first.values()].slice(0, SAMPLES))
  }
}

const around = ({ x, y, width, height }: Rectangle, screens: number): Rectangle => ({
  x: x - screens * width,
  y: y - screens * height,
  width: (1 + 2 * screens) * width,
  height: (1 + 2 * screens) * height,
})
