// Makes the pictures of the gallery of examples: `npm run gallery`, after an example has changed, of all or of
// those that are named (`npm run gallery -- depth.json`). Each is what the example
// gives on the command line with the checkpoint that comes along: all that its View nodes show, side by side, after the photo
// where that is one picture. Of an example whose checkpoint does not come along it is the graph itself.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { ROOT } from './ensure-built.mjs'

const EXAMPLES = join(ROOT, 'examples')
const FOLDER = join(EXAMPLES, 'gallery')
const SIZE = { width: 360, height: 200 }
/** Canvas units of a node's card, as the editor draws one with a small picture. */
const CARD = { width: 236, height: 290 }
/** Of wires, and of cards by category, on a ground that suits dark and light. */
const COLOURS = { ground: '#1b1e25', card: '#2d323c', wire: '#5b6474' }
const HEADS = {
  input: '#e8d06a',
  image: '#6cb3ff',
  depth: '#c792f7',
  normals: '#8f9bff',
  intrinsics: '#58c98f',
  output: '#9aa3b2',
}

const isHere = ({ type, params }) =>
  type !== 'input/load-checkpoint' || existsSync(join(ROOT, 'models', params.checkpoint, 'model_index.json'))

/** The graph with one 8-bit picture for each View and no other files. */
function exporting(graph) {
  const views = graph.nodes.filter(({ type }) => type === 'output/view')
  const params = { format: 'png8', graph: false }
  const exports = views.map(({ id, position }) => ({ id: `picture-${id}`, type: 'output/export', version: 1, position, params: { ...params, name: id } })) // prettier-ignore
  const links = views.map(({ id }) => {
    const { from } = graph.links.find(({ to }) => to.node === id)
    return { from, to: { node: `picture-${id}`, socket: 'value' } }
  })
  const gone = new Set(graph.nodes.filter(({ type }) => type.startsWith('output/')).map(({ id }) => id))
  return {
    ...graph,
    nodes: [...graph.nodes.filter(({ id }) => !gone.has(id)), ...exports],
    links: [...graph.links.filter(({ to }) => !gone.has(to.node)), ...links],
  }
}

/** What the example's View nodes show, in their order. */
async function results(graph, folder) {
  const file = join(folder, 'graph.json')
  writeFileSync(file, JSON.stringify(exporting(graph)))
  execFileSync(process.execPath, [join(ROOT, 'src/app/cli/marigold.mjs'), 'run', file, '--out', folder, '--backend', 'wasm'], { stdio: 'inherit' }) // prettier-ignore
  const views = graph.nodes.filter(({ type }) => type === 'output/view').map(({ id }) => join(folder, `${id}.png`))
  if (views.length > 1) return views
  const photo = graph.nodes.find(({ type }) => type === 'input/load-image').params.picture.name
  return [join(EXAMPLES, 'images', photo), ...views]
}

/** Pictures beside each other, each cut to its share. */
async function sideBySide(pictures) {
  const width = Math.ceil(SIZE.width / pictures.length)
  const tiles = pictures.map((path) => sharp(path).resize(width - 1, SIZE.height, { fit: 'cover' }).toColourspace('srgb').png().toBuffer()) // prettier-ignore
  const placed = (await Promise.all(tiles)).map((input, i) => ({ input, left: i * width, top: 0 }))
  return sharp({ create: { ...SIZE, channels: 3, background: COLOURS.ground } }).composite(placed)
}

/** Cards and wires as they lie on the canvas. */
function map({ nodes, links }) {
  const at = new Map(nodes.map(({ id, position }) => [id, position]))
  const xs = nodes.map(({ position }) => position.x)
  const ys = nodes.map(({ position }) => position.y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const wide = Math.max(...xs) - left + CARD.width
  const high = Math.max(...ys) - top + CARD.height
  const k = Math.min((SIZE.width - 24) / wide, (SIZE.height - 24) / high)
  const shift = `translate(${(SIZE.width - wide * k) / 2} ${(SIZE.height - high * k) / 2}) scale(${k}) translate(${-left} ${-top})`
  const wires = links.map(({ from, to }) => {
    const [a, b] = [at.get(from.node), at.get(to.node)]
    const [x0, y0, x1, y1] = [a.x + CARD.width, a.y + 80, b.x, b.y + 80]
    const bend = Math.max(60, Math.abs(x1 - x0) / 2)
    return `<path d="M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}"/>`
  })
  const cards = nodes.map(({ type, position: { x, y } }) => {
    const head = HEADS[type.split('/')[0]] ?? COLOURS.wire
    return `<rect x="${x}" y="${y}" width="${CARD.width}" height="${CARD.height}" rx="22" fill="${COLOURS.card}"/><rect x="${x}" y="${y}" width="${CARD.width}" height="52" rx="22" fill="${head}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}"><rect width="100%" height="100%" fill="${COLOURS.ground}"/><g transform="${shift}"><g fill="none" stroke="${COLOURS.wire}" stroke-width="12">${wires.join('')}</g>${cards.join('')}</g></svg>`
  return sharp(Buffer.from(svg))
}

mkdirSync(FOLDER, { recursive: true })
const asked = process.argv.slice(2)
for (const file of asked.length > 0 ? asked : readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'))) {
  const graph = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'))
  const folder = mkdtempSync(join(tmpdir(), 'gallery-'))
  const picture = graph.nodes.every(isHere) ? await sideBySide(await results(graph, folder)) : map(graph)
  await picture.webp({ quality: 72, effort: 6 }).toFile(join(FOLDER, `${basename(file, '.json')}.webp`))
  rmSync(folder, { recursive: true })
}
