import { parseArgs, type ParseArgsConfig } from 'node:util'
import { AppError } from '../../base/errors.ts'
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
  readonly quiet: boolean
}

export interface Setting {
  readonly node: string
  readonly param: string
  readonly value: string
}

export type Command =
  | RunCommand
  | { readonly command: 'check'; readonly graph: string; readonly json: boolean }
  | { readonly command: 'nodes'; readonly json: boolean }
  | { readonly command: 'help' }
  | { readonly command: 'version' }

const COMMANDS = ['run', 'check', 'nodes', 'help', '--help', '--version']

/** The words after `marigold`. Throws `cli/usage` for anything that is not as `marigold --help` says. */
export function parseCommand(argv: readonly string[]): Command {
  const [command, ...rest] = argv
  const known = command === 'run' || command === 'check' || command === 'nodes'
  if (known && rest.some((word) => word === '--help' || word === '-h')) return { command: 'help' }
  switch (command) {
    case 'run':
      return parseRun(rest)
    case 'check': {
      const { values, positionals } = parse(rest, { json: { type: 'boolean' } }, 1)
      return { command, graph: positionals[0] ?? '', json: values['json'] === true }
    }
    case 'nodes':
      return { command, json: parse(rest, { json: { type: 'boolean' } }, 0).values['json'] === true }
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
  quiet: { type: 'boolean' },
} as const satisfies Options

function parseRun(rest: readonly string[]): Command {
  const { values, positionals } = parse(rest, RUN_OPTIONS, 1)
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || many(value).includes('')) throw usage(`--${name} was given nothing.`)
  }
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
    quiet: values['quiet'] === true,
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

function parse(
  args: readonly string[],
  options: Options,
  graphs: number,
): { values: Values; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    if (positionals.length === graphs && !positionals.includes('')) return { values, positionals }
  } catch (cause) {
    // Node adds advice of several sentences; the first says what is wrong.
    const says = `${(cause instanceof Error ? cause.message : String(cause)).split(/[.\n]\s/)[0] ?? ''}.`
    const [, unknown] = /^Unknown option '(-[^' ]*)/.exec(says) ?? []
    const known = Object.keys(options).map((name) => `--${name}`)
    throw usage(says, unknown === undefined ? '' : didYouMean(unknown, known))
  }
  throw usage(graphs === 1 ? 'Give one graph file.' : 'This command takes no file.')
}

const one = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined)
const many = (value: Values[string]): readonly string[] =>
  typeof value === 'object' ? value.filter((item) => typeof item === 'string') : []

/** `hint` is empty or ends with a space. */
const usage = (message: string, hint = ''): AppError =>
  new AppError('cli/usage', message, { fix: `${hint}See marigold --help.` })
