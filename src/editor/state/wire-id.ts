import type { DocumentLink } from '../../graph/document.ts'

/** An input has one wire, so its place names the wire; the source is in it so that a replaced wire is a new one. */
export const wireId = ({ from, to }: DocumentLink): string => `${from.node} ${from.socket} ${to.node} ${to.socket}`
