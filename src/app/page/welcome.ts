import depth from '../../../examples/depth.json'

/** The graph of the first start. */
export const WELCOME: unknown = depth
