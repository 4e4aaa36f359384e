import type { PortKind } from '../../node/values.ts'

/**
 * A shape per kind besides its colour, for people who do not tell the colours apart. Paths fill a box from -6 to 6.
 * Colours are the custom properties --kind-* of theme.css.
 */
export const SOCKET_SHAPES: Readonly<Record<PortKind | 'any', string>> = {
  image: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z',
  mask: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z M-2 0a2 2 0 1 1 4 0a2 2 0 1 1 -4 0Z',
  latent: 'M0 -5.6L5.6 0L0 5.6L-5.6 0Z',
  depth: 'M0 -5.2L5.6 4.6H-5.6Z',
  normals: 'M0 -5.8L1.8 -1.8L5.8 0L1.8 1.8L0 5.8L-1.8 1.8L-5.8 0L-1.8 -1.8Z',
  uncertainty: 'M0 5.2L-5.6 -4.6H5.6Z',
  checkpoint: 'M-4.6 -4.6H4.6V4.6H-4.6Z',
  table: 'M-5 -3.4H5V3.4H-5Z',
  number: 'M-2.8 -5.2H2.8L5.6 0L2.8 5.2H-2.8L-5.6 0Z',
  text: 'M-5 -5H5V-1.6H1.7V5H-1.7V-1.6H-5Z',
  any: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z',
}
