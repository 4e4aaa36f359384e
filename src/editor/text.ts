import { byteText } from '../base/byte-text.ts'
import { memberText } from '../base/member-text.ts'
import { GIVEN_PREFIX } from '../engine/client.ts'
import type { MemoryNeed, NodeState, Preview } from '../engine/events.ts'
import type { PortKind } from '../node/values.ts'
import type { DownloadOffer, DownloadProgress, PublishedCheckpoint } from './state/downloads.svelte.ts'
import type { KeptProgress } from './state/kept.svelte.ts'

/** Everything the person reads that does not come from a node's declaration or from an error. */
export const TEXT = {
  name: 'Marigold Nodes',
  progress: 'Progress of the run',
  run: 'Run',
  cancel: 'Cancel',
  live: 'Live',
  liveAbout: 'Run by itself after an edit; what takes long waits for a pause',
  quick: 'Quick look',
  quickShort: 'Quick',
  quickAbout: 'Before a long run, one member at no more than 384 pixels, then the whole',
  forecast: (ms: number) => `Run takes about ${duration(Math.ceil(ms / 1000) * 1000).replace('.0 s', ' s')}`,
  forecastAbout: 'From what this device took before',
  undo: 'Undo',
  redo: 'Redo',
  open: 'Open',
  save: 'Save',
  copyLink: 'Copy link',
  copyLinkAbout: 'Copy a link that carries this graph; pictures of your own are not in it',
  examples: 'Examples',
  menu: 'Menu',
  welcome: 'New from welcome graph',
  light: 'Light colours',
  addNode: 'Add node',
  fit: 'Fit view',
  title: 'Graph title',
  untitled: 'Untitled graph',
  canvas: 'Graph canvas',
  viewer: 'Viewer',
  viewerResize: 'Width of the viewer',
  viewerFit: 'Fit picture',
  viewerActual: 'Actual size',
  viewerEmpty: 'No picture yet',
  viewerEmptyHint: 'Drop a photo anywhere, or select a node and press Run.',
  viewerEmptyTouchHint: 'Choose a photo in Load Image, or select a node and press Run.',
  viewerWaits: 'It is being computed.',
  viewerWaitsFor: (title: string) => `It waits for ${title}.`,
  members: 'Members of the ensemble',
  asOne: 'all',
  asOneName: 'All members as one',
  showMember: (name: string) => `Show ${name}`,
  moreMembers: (more: number) => `and ${more} more`,
  memberName: (member: number, of: number) => `Member ${member + 1} of ${of}`,
  memberPicture: (name: string, mark: string) => (mark === '' ? name : `${name}, ${mark}`),
  spread: 'spread',
  spreadOf: (members: number) => `spread of ${members}`,
  spreadName: (members: number) => `Spread of ${members} members`,
  spreadAbout: 'How much the finished members differ: the standard deviation of each pixel, dark where they agree',
  step: 'Step',
  stepOf: (step: number, of: number) => `step ${step} of ${of}`,
  unfinished: 'not finished',
  memberOf: (member: number, of: number) => memberText([member], of),
  problems: 'Problems',
  problemsFound: 'Found while this graph was opened:',
  files: 'Files made by the last run',
  clear: 'Clear the list',
  download: (name: string) => `Download ${name}`,
  dismiss: 'Dismiss',
  showNode: 'Show node',
  remedies: 'What can be done',
  again: 'Run again',
  setTo: (name: string, value: string) => `${name} ${value}`,
  lower: (name: string) => `Lower ${name.toLowerCase()}`,
  onProcessor: 'Run on the processor',
  lookAtDownload: 'Download…',
  searchNodes: 'Search nodes',
  noNodes: 'No node fits. Try another word.',
  fitsWire: (kind: string) => `Nodes that fit ${kind}`,
  converts: (from: string, to: string) => `Nodes that make ${to} of ${from}`,
  emptyCanvas: 'This graph is empty',
  emptyCanvasHint: 'Press Space or double-click to add a node, drop a preset here, or start from the welcome graph.',
  emptyCanvasTouchHint: 'Add a node with the + button, open a preset or an example, or start from the welcome graph.',
  starting: 'Starting…',
  backend: 'What computes',
  onWebGpu: 'Pictures and models stay on the graphics card from node to node.',
  onWasm:
    'Everything works on the processor too, only slower. WebGPU needs a graphics card, a recent browser, and an address with https or localhost.',
  computeOn: 'Compute on',
  graphicsCard: 'Graphics card, where there is one',
  processor: 'Processor',
  keptResults: (bytes: number) => `Results kept for later visits: ${bytes === 0 ? 'none' : byteText(bytes)}`,
  keptResultsAbout: 'Members, latents and depth that took long, so that a reload computes nothing again.',
  forgetResults: 'Clear results',
  memoryLimit: 'Memory for models',
  memoryLimitAbout:
    'Models that are not at work are freed to stay below it; one that needs more alone is refused before it is loaded, with a size that fits. No browser says how much memory a graphics card has; WebAssembly ends at 3 GB.',
  needs: ({ bytes, side }: MemoryNeed, gpu: boolean) =>
    `≈ ${byteText(bytes)} of ${gpu ? 'GPU ' : ''}memory at ${side} px`,
  needsAbout: ({ side }: MemoryNeed) =>
    `Its models, and what they compute for one member of a picture of ${side} × ${side} pixels, the largest of this resolution.`,
  chooseFile: 'Choose a file…',
  openFolder: 'Open a checkpoint folder…',
  folder: 'folder',
  onTheHub: 'On the Hugging Face Hub',
  /** A checkpoint in the list that is not here. */
  away: ({ name, bytes }: PublishedCheckpoint, downloading: boolean) => {
    if (downloading) return `${name}, downloading`
    return bytes === undefined ? name : `${name}, ${byteText(bytes)}`
  },
  keptHere: 'Kept in this browser',
  anotherRepository: 'Another repository of the Hub…',
  repository: 'Repository',
  repositoryHint: 'Type owner/name, as in prs-eth/marigold-depth-v1-1, and @revision for another than main.',
  /** A commit is shown as its first digits, as git does. */
  repositoryName: (id: string) => id.replace(/@([0-9a-f]{7})[0-9a-f]{33}$/, ' @ $1'),
  lookUp: 'Look it up',
  offerDownload: (bytes: number | undefined) =>
    bytes === undefined ? 'Download…' : `Download (about ${byteText(bytes)})…`,
  asking: 'Asking for the list of files…',
  offer: ({ files, bytes, host, licence, prompt }: DownloadOffer) =>
    [
      `${files} files, ${byteText(bytes)}, from ${host}. Licence: ${licence ?? 'not said'}.`,
      ...(prompt === undefined
        ? []
        : [
            `Of it the empty prompt, ${byteText(prompt.bytes)}, from ${prompt.host};`,
            `should that fail, the text encoder, ${byteText(prompt.instead)}, from ${host}.`,
          ]),
    ].join(' '),
  fetch: (bytes: number) => `Download ${byteText(bytes)}`,
  notNow: 'Not now',
  pause: 'Pause',
  tryAgain: 'Try again',
  downloading: (name: string) => `Download of ${name}`,
  downloaded: ({ done, bytes, bytesPerSecond, secondsLeft: left }: DownloadProgress) =>
    [
      `${byteText(done)} of ${byteText(bytes)}`,
      ...(bytesPerSecond === undefined ? [] : [`${byteText(bytesPerSecond)}/s`]),
      ...(left === undefined ? [] : [secondsLeft(left)]),
    ].join(', '),
  inBrowser: 'Kept in this browser; works without a connection.',
  deleteDownload: (bytes: number) => `Delete it (${byteText(bytes)})`,
  verify: 'Verify',
  verifying: (name: string) => `Verification of ${name}`,
  verified: ({ done, bytes }: KeptProgress) => `${byteText(done)} of ${byteText(bytes)} hashed again`,
  asPublished: 'Verified: every file is as published.',
  damaged: (files: readonly string[]) =>
    `${files.length === 1 ? 'One file was' : `${files.length} files were`} damaged and deleted: ${files.join(', ')}.`,
  fetchAgain: 'Fetch again…',
  stop: 'Stop',
  keepCopy: (bytes: number) => `Keep a copy (${byteText(bytes)})`,
  copying: (name: string) => `Copy of ${name}`,
  copied: ({ done, bytes }: KeptProgress) => `${byteText(done)} of ${byteText(bytes)} copied`,
  copyHere: 'A copy is kept in this browser, also after a reload.',
  copyCutOff: 'A copy of it was cut off. It is not used.',
  deleteCopy: (bytes: number) => (bytes === 0 ? 'Delete what is left' : `Delete the copy (${byteText(bytes)})`),
  notHere: (id: string) => `${id.startsWith(GIVEN_PREFIX) ? id.slice(GIVEN_PREFIX.length) : id} (not here)`,
  noPicture: 'No picture',
  advanced: 'More',
  auto: 'auto',
  autoToggle: (label: string, says: string) => `${label}: ${says}`,
  unknownType: (type: string) => `Unknown node type “${type}”. It is kept as it is and does not run.`,
  waitsFor: (title: string) => `waits for ${title}`,
  dropHere: 'Drop a picture, a preset or a checkpoint folder',
  selected: 'Selected nodes',
  count: (count: number) => (count === 1 ? '1 node' : `${count} nodes`),
  several: 'Select several',
  duplicate: 'Duplicate',
  copy: 'Copy',
  delete: 'Delete',
  outdated: 'out of date',
  shortcuts: 'Keys and gestures',
  gestures: 'Mouse, touch and keys of one part',
  commands: 'Commands',
  searchCommands: 'Search commands, nodes and examples',
  noCommand: 'Nothing fits. Try another word.',
  goTo: (title: string) => `Go to ${title}`,
  openExample: (title: string) => `Open example: ${title}`,
  nodesHere: 'Nodes of this graph',
  helpOnNodes: 'Help on nodes',
  close: 'Close',
  input: 'input',
  output: 'output',
  connected: 'connected',
  optional: 'optional',
  each: 'all members at once',
} as const

/** One line for role=status. */
export const SAY = {
  added: (title: string) => `Added ${title}.`,
  removed: (what: string) => `Removed ${what}.`,
  duplicated: (what: string) => `Duplicated ${what}.`,
  connected: (from: string, to: string) => `Connected ${from} to ${to}.`,
  disconnected: 'Disconnected.',
  undone: 'Undone.',
  redone: 'Redone.',
  nothingToUndo: 'Nothing to undo.',
  nothingToRedo: 'Nothing to redo.',
  opened: (title: string) => `Opened ${title}. Press Run to compute it.`,
  linkCopied: 'Copied a link that carries this graph. It is sent to no server.',
  saved: (name: string) => `Saved ${name}.`,
  picture: (name: string, node: string) => `${name} is now in ${node}.`,
  running: 'Running.',
  lookingQuickly: 'A quick look first.',
  nothingRuns: 'Nothing is running.',
  nothingToRun: 'There is nothing to run: add a node first.',
  copied: (what: string) => `Copied ${what}.`,
  pasted: (what: string) => `Pasted ${what}.`,
  notCopied: 'The browser does not allow this button to copy; Ctrl+C works.',
  notPasted: 'The browser does not allow this button to paste; Ctrl+V works.',
  nothingToPaste: 'There are no nodes and no picture to paste.',
  finished: (ms: number, failed: number, blocked: number) =>
    [
      `Finished in ${duration(ms)}.`,
      ...(failed > 0 ? [`${TEXT.count(failed)} failed.`] : []),
      ...(blocked > 0 ? [`${TEXT.count(blocked)} could not run.`] : []),
    ].join(' '),
  failed: (message: string) => `Stopped: ${message}`,
  cancelled: 'Cancelled. Finished parts are kept.',
  forgotten: 'All results are forgotten.',
  restarted: (reason: string, repeats: boolean) =>
    `The engine was started again: ${reason} ${repeats ? 'The run begins anew.' : 'Your graph is unchanged.'}`,
  wireStarted: (socket: string) => `Wire from ${socket}. Choose another socket, or press Escape.`,
  wireDropped: 'Wire dropped.',
  nothingFits: 'Nothing on this node takes that wire.',
  converts: (reason: string) => `${reason} A node can convert it.`,
  notOpened: 'Not opened; your graph is unchanged.',
  readingFolder: 'Looking at the folder.',
  whatToDrop: 'Drop a picture, a graph saved as .json, or a folder with a checkpoint.',
  notAFile: (name: string) => `${name} is neither a picture nor a preset.`,
} as const

export const KIND_NAMES: Readonly<Record<PortKind, string>> = {
  image: 'picture',
  mask: 'mask',
  latent: 'latent',
  depth: 'depth map',
  normals: 'normals',
  uncertainty: 'uncertainty map',
  checkpoint: 'checkpoint',
  table: 'table',
  number: 'number',
  text: 'text',
}

/** What a picture shows, for its caption. */
export const pictureName = ({ kind, disparity }: Pick<Preview, 'kind' | 'disparity'>): string =>
  disparity ? 'disparity map, 1 near' : KIND_NAMES[kind]

export const CATEGORY_NAMES: Readonly<Record<string, string>> = {
  input: 'Input',
  image: 'Picture',
  depth: 'Depth',
  normals: 'Normals',
  intrinsics: 'Intrinsic images',
  geometry: 'Geometry',
  measure: 'Measure',
  output: 'Output',
  group: 'Groups',
}

export function duration(ms: number): string {
  if (ms < 1) return '< 1 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const rest = seconds % 60
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`
}

export function secondsLeft(seconds: number): string {
  if (seconds < 1) return 'less than a second left'
  return `${duration(Math.ceil(seconds) * 1000).replace('.0 s', ' s')} left`
}

/** What a node's foot says. */
export function stateText(state: NodeState): string {
  switch (state.phase) {
    case 'cached':
      return 'cached'
    case 'stale':
      return state.of > 1 ? `will run ${state.members} of ${state.of} members` : 'will run'
    case 'blocked':
    case 'failed':
      return state.error.message
    case 'waiting':
      return 'waiting'
    case 'bypassed':
      return 'bypassed'
    case 'skipped':
      return 'skipped'
    case 'running': {
      const member = state.of > 1 ? memberText(state.members, state.of) : ''
      const step = state.steps > 1 ? `step ${state.step} of ${state.steps}` : ''
      return [member, step].filter((part) => part !== '').join(', ') || 'running'
    }
    case 'done':
      if (state.computed === 0) return 'cached'
      return (
        duration(state.ms) + (state.cached > 0 ? `, ${state.cached} of ${state.cached + state.computed} cached` : '')
      )
  }
}
