/** Caps on what a document may hold, so that a hostile file costs little before it is refused. */
export const LIMITS = {
  /** Characters of the JSON text. */
  text: 1024 * 1024,
  nodes: 2_000,
  links: 10_000,
  frames: 500,
  notes: 500,
  /** Points that a wire is led through. */
  via: 32,
  form: 200,
  /** Seeds of one node that are not locked. */
  openSeeds: 20,
  groups: 100,
  /** Parts of one group. */
  parts: 200,
  /** Inputs, outputs or parameters of one group, and inputs of parts that one of its inputs leads to. */
  exposed: 100,
  /** Levels of nesting. */
  depth: 32,
  /** JSON values in all. */
  values: 1_000_000,
  /** Characters of one string. */
  string: 64 * 1024,
  title: 200,
  /** Characters of a note. */
  note: 10_000,
  /** Characters of what is said of a file. */
  message: 1_000,
  /** Canvas units from the origin. */
  position: 1_000_000,
  /** Canvas units of a side of a frame or a note. */
  side: { min: 40, max: 100_000 },
} as const

export const ID = /^[a-z0-9_-]{1,40}$/i
export const GROUP_ID = /^[a-z0-9-]{1,40}$/i
export const TYPE = /^[a-z0-9-]{1,60}\/[a-z0-9-]{1,60}$/i
export const SOCKET = /^[a-z_$][a-z0-9_$]{0,59}$/i
