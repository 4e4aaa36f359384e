import { parseArgs, type ParseArgsConfig } from 'node:util'
import { AppError } from '../../base/errors.ts'
import type { Variant } from '../../weights/tensors.ts'
import { didYouMean } from './did-you-mean.ts'
import { STDIN } from './read-file.ts'

const BACKENDS = ['auto', 'webgpu', 'wasm'] as const
export type BackendChoice = (typeof BACKENDS)[number]

export interface RunCommand {
  readonly command: 'run'
  readonly graph: string
  readonly images: readonly string[]
  readonly settings: readonly Setting[]
  readonly checkpoint: string | undefined
  readonly backend: BackendChoice
  readonly out: string
  readonly report: string | undefined
  /** Bytes that the loaded models may take; undefined: as much as the runtime has. */
  readonly memory: number | undefined
  /** Where dear results are kept between runs. */
  readonly cache: string | undefined
  readonly quiet: boolean
}

export interface DownloadCommand {
  readonly command: 'download'
  /** A catalogue id or a repository, `owner/name`. */
  readonly name: string
  readonly variant: Variant
  /** A branch, a tag or a commit. */
  readonly revision: string
  /** Without asking. */
  readonly yes: boolean
}

export interface DownloadsCommand {
  readonly command: 'downloads'
  /** All, when left out. */
  readonly name: string | undefined
  readonly action: 'list' | 'verify' | 'delete'
  readonly json: boolean
}

export interface Setting {
  readonly node: string
  readonly param: string
  readonly value: string
}

export type Command =
  | RunCommand
  | DownloadCommand
  | DownloadsCommand
  | { readonly command: 'check'; readonly graph: string; readonly json: boolean }
  | { readonly command: 'nodes'; readonly json: boolean }
  | { readonly command: 'help' }
  | { readonly command: 'version' }

/** Those that do something, which is helped with after them too. */
const VERBS = ['run', 'check', 'nodes', 'download', 'downloads']
const COMMANDS = [...VERBS, 'help', '--help', '--version']

/** The words after `marigold`. Throws `cli/usage` for anything that is not as `marigold --help` says. */
export function parseCommand(argv: readonly string[]): Command {
  const [command, ...rest] = argv
  if (command !== undefined && VERBS.includes(command) && rest.some((word) => word === '--help' || word === '-h'))
    return { command: 'help' }
  switch (command) {
    case 'run':
      return parseRun(rest)
    case 'check': {
      const { values, positionals } = parse(rest, { json: { type: 'boolean' } }, ONE_GRAPH)
      return { command, graph: positionals[0] ?? '', json: values['json'] === true }
    }
    case 'nodes':
      return { command, json: parse(rest, { json: { type: 'boolean' } }, NOTHING).values['json'] === true }
    case 'download':
      return parseDownload(rest)
    case 'downloads':
      return parseDownloads(rest)
    case '--version':
    case '-v':
      return { command: 'version' }
    case undefined:
      throw usage('No command was given.')
    case 'help':
    case '--help':
    case '-h':
      return { command: 'help' }
    default:
      throw usage(`There is no command "${command}".`, didYouMean(command, COMMANDS))
  }
}

type Options = NonNullable<ParseArgsConfig['options']>

export const RUN_OPTIONS = {
  image: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  checkpoint: { type: 'string' },
  backend: { type: 'string', default: 'auto' },
  out: { type: 'string', default: '.' },
  report: { type: 'string' },
  memory: { type: 'string' },
  cache: { type: 'string' },
  quiet: { type: 'boolean' },
} as const satisfies Options

function parseRun(rest: readonly string[]): Command {
  const { values, positionals } = parse(rest, RUN_OPTIONS, ONE_GRAPH)
  refuseEmpty(values)
  const [graph = ''] = positionals
  if ([graph, ...many(values['image'])].filter((path) => path === STDIN).length > 1) {
    throw usage('Standard input (-) can be read only once.')
  }
  const wanted = one(values['backend']) ?? 'auto'
  const backend = BACKENDS.find((choice) => choice === wanted)
  if (backend === undefined) {
    throw usage(`--backend is auto, webgpu or wasm, not "${wanted}".`, didYouMean(wanted, BACKENDS))
  }
  return {
    command: 'run',
    graph,
    images: many(values['image']),
    settings: many(values['set']).map(parseSetting),
    checkpoint: one(values['checkpoint']),
    backend,
    out: one(values['out']) ?? '.',
    report: one(values['report']),
    memory: parseMemory(one(values['memory'])),
    cache: one(values['cache']),
    quiet: values['quiet'] === true,
  }
}

function parseMemory(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const bytes = /^\d+(?:\.\d+)?$/.test(text) ? 1e9 * Number(text) : 0
  if (bytes > 0) return bytes
  throw usage(`--memory takes gigabytes, as in 3.5, not "${text}".`)
}

const VARIANTS = { fp16: 'fp16', fp32: 'full' } as const satisfies Record<string, Variant>

function parseDownload(rest: readonly string[]): Command {
  const options = {
    variant: { type: 'string', default: 'fp16' },
    revision: { type: 'string', default: 'main' },
    yes: { type: 'boolean', short: 'y' },
  } as const satisfies Options
  const { values, positionals } = parse(rest, options, ONE_CHECKPOINT)
  refuseEmpty(values)
  const [name = ''] = positionals
  const wanted = one(values['variant']) ?? ''
  if (wanted !== 'fp16' && wanted !== 'fp32') {
    throw usage(`--variant is fp16 or fp32, not "${wanted}".`, didYouMean(wanted, Object.keys(VARIANTS)))
  }
  const revision = one(values['revision']) ?? 'main'
  return { command: 'download', name, variant: VARIANTS[wanted], revision, yes: values['yes'] === true }
}

function parseDownloads(rest: readonly string[]): Command {
  const flag = { type: 'boolean' } as const
  const { values, positionals } = parse(rest, { json: flag, verify: flag, delete: flag }, SOME_CHECKPOINT)
  const [name] = positionals
  const action = values['delete'] === true ? 'delete' : values['verify'] === true ? 'verify' : 'list'
  if (action === 'delete' && name === undefined) throw usage('Name the checkpoint to delete.')
  return { command: 'downloads', name, action, json: values['json'] === true }
}

/** Throws `cli/usage` for an option whose value is no text. */
function refuseEmpty(values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || many(value).includes('')) throw usage(`--${name} was given nothing.`)
  }
}

function parseSetting(text: string): Setting {
  const match = /^([a-z0-9_-]+)\.([a-z_$][\w$]*)=(.*)$/is.exec(text)
  const [, node, param, value] = match ?? []
  if (node === undefined || param === undefined || value === undefined) {
    throw usage(`--set takes NODE.PARAM=VALUE, as in denoise.steps=4, not "${text}".`)
  }
  return { node, param, value }
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** How many words a command takes beside its options, and what is said otherwise. */
interface Words {
  readonly least: number
  readonly most: number
  readonly says: string
}
const NOTHING: Words = { least: 0, most: 0, says: 'This command takes no file.' }
const ONE_GRAPH: Words = { least: 1, most: 1, says: 'Give one graph file.' }
const ONE_CHECKPOINT: Words = { least: 1, most: 1, says: 'Give one checkpoint, as in marigold-depth-v1-1.' }
const SOME_CHECKPOINT: Words = { least: 0, most: 1, says: 'Give one checkpoint at most.' }

function parse(
  args: readonly string[],
  options: Options,
  { least, most, says: wanted }: Words,
): { values: Values; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    const { length } = positionals
    if (length >= least && length <= most && !positionals.includes('')) return { values, positionals }
  } catch (cause) {
    // Node adds advice of several sentences; the first says what is wrong.
    const says = `${(cause instanceof Error ? cause.message : String(cause)).split(/[.\n]\s/)[0] ?? ''}.`
    const [, unknown] = /^Unknown option '(-[^' ]*)/.exec(says) ?? []
    const known = Object.keys(options).map((name) => `--${name}`)
    throw usage(says, unknown === undefined ? '' : didYouMean(unknown, known))
  }
  throw usage(wanted)
}

const one = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined)
const many = (value: Values[string]): readonly string[] =>
  typeof value === 'object' ? value.filter((item) => typeof item === 'string') : []

/** `hint` is empty or ends with a space. */
const usage = (message: string, hint = ''): AppError =>
  new AppError('cli/usage', message, { fix: `${hint}See marigold --help.` })
