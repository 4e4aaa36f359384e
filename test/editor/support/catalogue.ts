import { nodes } from '../../../src/app/registry.ts'
import { catalogueOf } from '../../../src/node/catalogue.ts'

/** The real node types. */
export const catalogue = catalogueOf(nodes)
