import { registry, type AnyNode } from '../node/index.ts'

/** Every node type: each file in nodes/ is one. The same for the page, the Worker, the command line and the tests. */
export const nodes = registry(import.meta.glob<AnyNode>('/nodes/**/*.ts', { eager: true, import: 'default' }))
