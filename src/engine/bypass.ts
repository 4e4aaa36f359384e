import { AppError } from '../base/errors.ts'
import type { DocumentLink, DocumentNode } from '../graph/document.ts'
import { passThrough } from '../graph/pass-through.ts'
import { definitionOf, sourceOf, type Known, type Passed, type Source } from './resolve.ts'

/**
 * What comes out of a bypassed node, given all nodes before it. It has no key and is never computed: what is behind it has
 * the keys that it would have without it. An AppError (`engine/no-pass-through`, or as `definitionOf`) where nothing can
 * pass.
 */
export function passedBy(node: DocumentNode, links: readonly DocumentLink[], known: Known): Passed | AppError {
  try {
    const definition = known.groups.get(node.type) ?? definitionOf(node, known.registry)
    const title = node.title ?? definition.title
    const passes = passThrough(definition)
    if (passes.size === 0) {
      throw new AppError('engine/no-pass-through', `${title} is bypassed, but no input has the kind of an output.`, {
        fix: 'Switch its bypass off, or delete the node.',
      })
    }
    return new Map(
      Object.keys(definition.outputs).map((output) => [output, past(output, passes.get(output), title, links, known)]),
    )
  } catch (error) {
    if (error instanceof AppError) return error.at(node.id)
    throw error
  }

  function past(
    output: string,
    input: string | undefined,
    title: string,
    into: readonly DocumentLink[],
    before: Known,
  ): Source | AppError {
    if (input === undefined) {
      return new AppError('engine/no-pass-through', `${title} is bypassed, and nothing passes to its "${output}".`, {
        node: node.id,
        fix: `Switch its bypass off, or disconnect "${output}".`,
      })
    }
    const link = into.find(({ to }) => to.socket === input)
    if (link === undefined) {
      const message = `${title} is bypassed, and nothing is connected to its "${input}", which would pass through.`
      return new AppError('engine/open-input', message, { node: node.id, fix: `Connect something to "${input}".` })
    }
    try {
      return sourceOf(link, before)
    } catch (error) {
      if (error instanceof AppError) return error.at(node.id)
      throw error
    }
  }
}
