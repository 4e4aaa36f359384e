import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../../src/app/cli/arguments.ts'
import { withCheckpoint, withPictures } from '../../../src/app/cli/loaded.ts'
import { withSettings } from '../../../src/app/cli/settings.ts'
import { errorLine, line } from '../../../src/app/cli/terminal.ts'
import { nodes } from '../../../src/app/registry.ts'
import { AppError, plainError } from '../../../src/base/errors.ts'
import { flatten } from '../../../src/graph/groups/flatten.ts'
import { serialize } from '../../../src/graph/serialize.ts'
import { readDocument } from '../../../src/graph/validate.ts'

describe('the words of the command line', () => {
  it('reads run with everything', () => {
    const words =
      'run g.json --image a.jpg --image b.jpg --set denoise.steps=4 --set export.name=a=b --checkpoint dir --backend wasm --out o --report r.json --memory 3.5 --quiet'
    expect(parseCommand(words.split(' '))).toEqual({
      command: 'run',
      graph: 'g.json',
      images: ['a.jpg', 'b.jpg'],
      settings: [
        { node: 'denoise', param: 'steps', value: '4' },
        { node: 'export', param: 'name', value: 'a=b' },
      ],
      checkpoint: 'dir',
      backend: 'wasm',
      out: 'o',
      report: 'r.json',
      memory: 3.5e9,
      quiet: true,
    })
  })

  it.each(['run', 'check', 'nodes', 'download', 'downloads'])('helps after %s too', (command) => {
    expect(parseCommand([command, '--help'])).toEqual({ command: 'help' })
    expect(parseCommand([command, 'g.json', '-h'])).toEqual({ command: 'help' })
  })

  it('reads download and downloads', () => {
    const download = { command: 'download', name: 'a/b', variant: 'fp16', revision: 'main', yes: false }
    expect(parseCommand(['download', 'a/b'])).toEqual(download)
    const words = ['download', 'a/b', '--variant', 'fp32', '--revision', 'v1', '-y']
    expect(parseCommand(words)).toEqual({ ...download, variant: 'full', revision: 'v1', yes: true })
    const list = { command: 'downloads', name: undefined, action: 'list', json: false }
    expect(parseCommand(['downloads'])).toEqual(list)
    expect(parseCommand(['downloads', 'a/b', '--verify'])).toEqual({ ...list, name: 'a/b', action: 'verify' })
    expect(parseCommand(['downloads', 'a/b', '--delete'])).toEqual({ ...list, name: 'a/b', action: 'delete' })
  })

  it('has defaults', () => {
    expect(parseCommand(['run', 'g.json'])).toMatchObject({
      images: [],
      settings: [],
      backend: 'auto',
      out: '.',
      quiet: false,
    })
  })

  it.each([
    [[]],
    [['walk']],
    [['run']],
    [['run', 'a.json', 'b.json']],
    [['run', 'a.json', '--nope']],
    [['run', 'a.json', '--image']],
    [['run', 'a.json', '--backend', 'cuda']],
    [['run', 'a.json', '--memory', '0']],
    [['run', 'a.json', '--memory', '4GB']],
    [['run', 'a.json', '--memory', '1e9']],
    [['run', 'a.json', '--set', 'steps=4']],
    [['run', 'a.json', '--set', 'denoise.steps']],
    [['run', '']],
    [['run', '-', '--image', '-']],
    [['run', 'a.json', '--image', '-', '--image', '-']],
    [['nodes', 'a.json']],
    [['check']],
    [['download']],
    [['download', 'a/b', 'c/d']],
    [['download', 'a/b', '--variant', 'int8']],
    [['download', 'a/b', '--revision', '']],
    [['downloads', '--delete']],
  ])('refuses %j', (words) => {
    expect(() => parseCommand(words)).toThrow(expect.objectContaining({ code: 'cli/usage' }))
  })

  it.each(['image', 'checkpoint', 'out', 'report'])('says that --%s was given nothing', (name) => {
    for (const words of [[`--${name}=`], [`--${name}`, '']]) {
      expect(() => parseCommand(['run', 'a.json', ...words])).toThrow(
        expect.objectContaining({ code: 'cli/usage', message: `--${name} was given nothing.` }),
      )
    }
  })

  it.each([
    [['rnu', 'a.json'], 'Did you mean "run"'],
    [['--hepl'], 'Did you mean "--help"'],
    [['run', 'a.json', '--imge', 'b.jpg'], 'Did you mean "--image"'],
    [['run', 'a.json', '--report-file=r.json'], 'See marigold --help'],
    [['check', 'a.json', '--jsn'], 'Did you mean "--json"'],
    [['run', 'a.json', '--backend', 'webgup'], 'Did you mean "webgpu"'],
    [['xyz'], 'See marigold --help'],
  ])('suggests what %j may have meant', (words, hint) => {
    expect(() => parseCommand(words)).toThrow(
      expect.objectContaining({
        code: 'cli/usage',
        fix: expect.stringMatching(new RegExp(`^${hint}`)),
      }),
    )
  })
})

const { document } = readDocument(
  {
    format: 'marigold-graph',
    schema: 2,
    title: 'x',
    nodes: [
      'input/load-image',
      'depth/ddim-denoise',
      'input/load-image',
      'input/load-checkpoint',
      'depth/colorize',
    ].map((type, i) => ({
      id: `n${i}`,
      type,
      version: 1,
      params: {},
      position: { x: 0, y: 0 },
    })),
    links: [],
  },
  nodes,
)
const paramsOf = (changed: typeof document) => Object.fromEntries(changed.nodes.map(({ id, params }) => [id, params]))

describe('--set', () => {
  const set = (node: string, param: string, value: string) =>
    paramsOf(withSettings(document, nodes, [{ node, param, value }]))[node]?.[param]

  it.each([
    ['n1', 'steps', '4', 4],
    ['n1', 'steps', 'auto', null],
    ['n1', 'eta', '0.5', 0.5],
    ['n1', 'scheduler', 'lcm', 'lcm'],
    ['n4', 'invert', 'true', true],
    ['n4', 'invert', 'off', false],
    ['n3', 'checkpoint', 'marigold-nano', 'marigold-nano'],
    ['n4', 'min', '0.25', 0.25],
    ['n0', 'picture', 'cat.jpg', { from: 'example', name: 'cat.jpg' }],
  ])('%s.%s=%s has the type of the parameter', (node, param, text, value) => {
    expect(set(node, param, text)).toEqual(value)
  })

  it('takes a colour in any writing, together with the choice that asks for it, in either order', () => {
    const near = { node: 'n4', param: 'near', value: 'F80' }
    const custom = { node: 'n4', param: 'colormap', value: 'custom-2' }
    for (const settings of [
      [near, custom],
      [custom, near],
    ])
      expect(paramsOf(withSettings(document, nodes, settings))['n4']).toMatchObject({ near: '#ff8800' })
  })

  it.each([
    ['n1', 'steps', '0', 'cli/bad-value'],
    ['n1', 'steps', 'four', 'cli/bad-value'],
    ['n1', 'steps', '', 'cli/bad-value'],
    ['n1', 'steps', '2.5', 'cli/bad-value'],
    ['n1', 'eta', '2', 'cli/bad-value'],
    ['n1', 'scheduler', 'euler', 'cli/bad-value'],
    ['n4', 'invert', 'maybe', 'cli/bad-value'],
    ['n4', 'near', 'orange', 'cli/bad-value'],
    ['n4', 'near', '#ff8800', 'cli/no-effect'],
    ['n0', 'picture', '../x', 'cli/bad-value'],
    ['n1', 'constructor', '1', 'cli/no-such-param'],
    ['nobody', 'steps', '1', 'cli/no-such-node'],
  ])('%s.%s=%s is refused', (node, param, text, code) => {
    expect(() => set(node, param, text)).toThrow(expect.objectContaining({ code, fix: expect.any(String) }))
  })
})

it('--set of a node whose type is not known here says that', () => {
  const [first] = document.nodes
  if (first === undefined) throw new Error('no node')
  const strange = { ...document, nodes: [{ ...first, type: 'depth/from-the-future' }] }
  expect(() => withSettings(strange, nodes, [{ node: first.id, param: 'steps', value: '1' }])).toThrow(
    expect.objectContaining({
      code: 'cli/no-such-param',
      node: first.id,
      message: expect.stringContaining('not known'),
    }),
  )
})

describe('a misspelt --set', () => {
  const fixOf = (node: string, param: string, value: string): string => {
    try {
      withSettings(document, nodes, [{ node, param, value }])
    } catch (error) {
      if (error instanceof AppError) return error.fix ?? ''
    }
    throw new Error('not refused')
  }

  it.each([
    ['N1', 'steps', '1', 'Did you mean "n1"? Its nodes are n0, '],
    ['n1', 'setps', '1', 'Did you mean "steps"? Its parameters are '],
    ['n1', 'schedular', 'ddim', 'Did you mean "scheduler"? Its parameters are '],
    ['n1', 'scheduler', 'DDMI', 'Did you mean "ddim"? '],
    ['n4', 'invert', 'ture', 'Did you mean "true"? '],
    ['n1', 'steps', 'aut', 'Did you mean "auto"? '],
    ['somebody', 'steps', '1', 'Its nodes are n0, '],
    ['n1', 'colormap', 'x', 'Its parameters are '],
    ['n4', 'near', '#ff8800', 'Give --set n4.colormap=custom-2 or --set n4.colormap=custom-3 too.'],
    ['n4', 'near', 'orange', 'The colour of Min'],
  ])('%s.%s=%s is told %s', (node, param, value, begins) => {
    expect(fixOf(node, param, value).slice(0, begins.length)).toBe(begins)
  })
})

describe('--image and --checkpoint', () => {
  const picture = (name: string) => ({ from: 'file', name, sha256: '0'.repeat(64) }) as const

  it('fill the loading nodes in document order', () => {
    const filled = paramsOf(withPictures(document, nodes, [picture('a'), picture('b')]))
    expect([filled['n0']?.['picture'], filled['n2']?.['picture']]).toEqual([picture('a'), picture('b')])
    expect(paramsOf(withCheckpoint(document, nodes, 'folder:given'))['n3']).toEqual({ checkpoint: 'folder:given' })
  })

  it('fill those in a group where the group stands, each of two such nodes with its own, and change no other', () => {
    const [photo] = document.nodes
    if (photo === undefined) throw new Error('no node')
    const part = (id: string) => ({ ...photo, id, params: { picture: { from: 'example', name: `${id}.jpg` } } })
    const group = (name: string) => ({ ...photo, id: name, type: 'group/photos', params: {} })
    const grouped = {
      ...document,
      nodes: [group('first'), photo, group('second')],
      groups: [
        {
          id: 'photos',
          title: 'Photos',
          nodes: [part('a'), part('b')],
          links: [],
          inputs: [],
          outputs: [],
          params: [],
        },
      ],
    }
    const given = ['1', '2', '3', '4'].map(picture)
    const filled = withPictures(grouped, nodes, given)
    const loaded = flatten(filled).document.nodes.map(({ id, params }) => [id, params['picture']])
    expect(loaded).toEqual([
      ['first/a', given[0]],
      ['first/b', given[1]],
      [photo.id, given[2]],
      ['second/a', given[3]],
      ['second/b', { from: 'example', name: 'b.jpg' }],
    ])
    expect(readDocument(JSON.parse(serialize(filled)), nodes)).toMatchObject({ document: filled, problems: [] })
    expect(() => withPictures(grouped, nodes, [...given, ...given])).toThrow('the graph loads 5')
  })

  it('are refused where there is nothing to fill', () => {
    const three = [picture('a'), picture('b'), picture('c')]
    expect(() => withPictures(document, nodes, three)).toThrow(expect.objectContaining({ code: 'cli/too-many-images' }))
    const none = { ...document, nodes: [] }
    expect(() => withCheckpoint(none, nodes, 'x')).toThrow(expect.objectContaining({ code: 'cli/no-checkpoint-node' }))
  })
})

it('prints nothing that a terminal would obey, whatever a name holds, and cuts what is endless', () => {
  const evil = new AppError('image/missing', 'There is no \u001b[2J\u009b1mcat\u202e.jpg\r\u0007.')
  expect(errorLine(plainError(evil))).toBe('error [image/missing] There is no [2J1mcat.jpg.\n')
  expect(line('x'.repeat(1e6)).length).toBeLessThan(3_000)
})

it('prints an error on one line, naming the node', () => {
  const error = new AppError('node/no-steps', 'Two\nlines.', { fix: 'Do this.', node: 'denoise' })
  expect(errorLine(plainError(error))).toBe('error [node/no-steps] node "denoise": Two lines. Do this.\n')
})
