import type { GraphDocument } from '../../graph/document.ts'
import { typesWith } from '../../graph/groups/types.ts'
import { nodes } from '../registry.ts'
import { RUN_OPTIONS } from './arguments.ts'
import { readGraph } from './graph-file.ts'
import { STDIN } from './read-file.ts'

/**
 * `Did you mean --set denoise.steps=4? ` for the words `run graph.json --steps 4`, where the graph has a node with that
 * parameter; empty for all other words.
 */
export async function settingHint(words: readonly string[], signal: AbortSignal): Promise<string> {
  const option = optionIn(words)
  const graph = words[0] === 'run' && option !== undefined ? await graphIn(words.slice(1), signal) : undefined
  if (option === undefined || graph === undefined) return ''
  const value = option.value === undefined || option.value === graph.path ? 'VALUE' : option.value
  const types = typesWith(nodes, graph.document.groups)
  const settings = graph.document.nodes
    .filter(({ type }) => Object.hasOwn(types.get(type)?.params ?? {}, option.param))
    .map(({ id }) => `--set ${id}.${option.param}=${value}`)
  return settings.length === 0 ? '' : `Did you mean ${settings.join(' or ')}? `
}

/** The first option that `run` has not, as a parameter and what may be its value. */
function optionIn(
  words: readonly string[],
): { readonly param: string; readonly value: string | undefined } | undefined {
  for (const [i, word] of words.entries()) {
    const [, name, given] = /^--([a-z][\w-]*)(?:=(.+))?$/i.exec(word) ?? []
    if (name === undefined || Object.hasOwn(RUN_OPTIONS, name)) continue
    return { param: name.replaceAll('-', '_'), value: given ?? words.slice(i + 1, i + 2).find(isPath) }
  }
  return undefined
}

/** The first of the words that is a graph. */
async function graphIn(
  words: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly document: GraphDocument } | undefined> {
  for (const path of words.filter(isPath)) {
    const read = await readGraph(path, signal).catch(() => undefined)
    if (read !== undefined) return { path, document: read.document }
  }
  return undefined
}

const isPath = (word: string): boolean => word !== STDIN && !word.startsWith('-')
