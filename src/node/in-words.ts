import type { Param } from './params.ts'

/** What a parameter may be and is at first, in one line. `title` names the options of a choice and of a switch. */
export function rangeOf(param: Param, title: (option: string) => string = (option) => option): string {
  switch (param.widget) {
    case 'number':
      return `${param.min} to ${param.max}${unitOf(param)}, default ${param.default}`
    case 'auto':
      return `auto (${param.auto}) or ${param.min} to ${param.max}${unitOf(param)}, default ${param.default ?? 'auto'}`
    case 'choice':
      return `${param.options.map(title).join(', ')}; default ${title(param.default)}`
    case 'toggle':
      return `${title('true')} or ${title('false')}, default ${title(String(param.default))}`
    case 'color':
      return `a colour as #rrggbb, default ${param.default}`
    case 'seed':
      return `0 to ${2 ** 32 - 1}, default ${param.default}`
    case 'text':
      return `up to ${param.maxLength} characters, default "${param.default}"`
    case 'checkpoint':
      return `a checkpoint, default ${param.default}`
    case 'picture':
      return 'a picture'
  }
}

/** When a parameter counts that does not always, with a space before it. `name` names the one that it depends on. */
export const whenOf = (
  { when }: Param,
  name: (param: string) => string = (param) => param,
  title: (option: string) => string = (option) => option,
): string => (when ? ` Only while ${name(when.param)} is ${when.is.map((is) => title(String(is))).join(' or ')}.` : '')

const unitOf = ({ unit }: { readonly unit?: string }): string => (unit === undefined ? '' : ` ${unit}`)
