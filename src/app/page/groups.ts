import oneNode from '../../../examples/one-node.json'

/** Graphs whose groups are offered where nodes are added: Marigold as one node. */
export const GROUPS: readonly unknown[] = [oneNode]
