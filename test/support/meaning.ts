import type { DepthMeaning } from '../../src/node/index.ts'

/** What Marigold's published depth checkpoints say of their depth. */
export const AFFINE_DEPTH: DepthMeaning = { quantity: 'depth', scaleInvariant: true, shiftInvariant: true }
