import type { Action } from './action.ts'
import { CANVAS_SAY, CANVAS_TEXT } from './canvas-text.ts'
import { FORM } from './form/text.ts'
import { NODE_HELP } from './help/text.ts'
import { cutLinks } from './rete/cut-wires.ts'
import { leadWires } from './rete/lead-wires.ts'
import { align, ALIGNMENTS, AXES, distribute } from './state/aligning.ts'
import { addNote, frameSelection, nextColour } from './state/annotating.ts'
import { SHARING } from './sharing-text.ts'
import { copySelection, pasteHere } from './state/clipboard.ts'
import type { Editor } from './state/editor.svelte.ts'
import { save } from './state/files.ts'
import { toggleBypass, toggleCollapsed } from './state/flags.ts'
import { gatherSelection, noGroupSelected, openGroups } from './state/grouping.ts'
import { linksToOthers } from './state/rewiring.ts'
import { selectAll } from './state/selecting.ts'
import { tidy } from './state/tidying.ts'
import { copyLink } from './state/share.ts'
import { SAY, TEXT } from './text.ts'
import { VIEWER_ACTIONS } from './viewer/actions.ts'

const starting = ({ run }: Editor): string | undefined => (run.backend ? undefined : TEXT.starting)
const nothingSelected = ({ selection }: Editor): string | undefined =>
  selection.size === 0 ? CANVAS_SAY.nothingSelected : undefined
const noNodeSelected = ({ selection }: Editor): string | undefined =>
  selection.ids.size === 0 ? CANVAS_SAY.nothingSelected : undefined

const selectedType = ({ selection, store, run }: Editor): string | undefined => {
  const type = store.node(selection.single ?? '')?.type
  return type !== undefined && run.catalogue.has(type) ? type : undefined
}

/** Everything that can be done to the graph as a whole or to what is selected in it. The only place that knows keys. */
export const ACTIONS: readonly Action[] = [
  {
    name: TEXT.run,
    group: 'Run',
    keys: ['Ctrl+Enter'],
    everywhere: true,
    keywords: ['compute', 'execute', 'start'],
    unable: starting,
    run: (editor) => editor.seeds.run(),
  },
  {
    name: TEXT.cancel,
    group: 'Run',
    keywords: ['stop', 'abort'],
    unable: ({ run }) => (run.running ? undefined : SAY.nothingRuns),
    run: (editor) => editor.runs.cancel(),
  },
  {
    name: 'Switch live runs on or off',
    group: 'Run',
    keywords: ['automatic'],
    run: (editor) => (editor.runs.live = !editor.runs.live),
  },
  {
    name: 'Switch the quick look on or off',
    group: 'Run',
    keywords: ['preview', 'fast'],
    run: (editor) => (editor.runs.quick = !editor.runs.quick),
  },
  {
    name: TEXT.undo,
    group: 'Edit',
    keys: ['Ctrl+Z'],
    unable: ({ store }) => (store.canUndo ? undefined : SAY.nothingToUndo),
    run: (editor) => editor.undo(),
  },
  {
    name: TEXT.redo,
    group: 'Edit',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    unable: ({ store }) => (store.canRedo ? undefined : SAY.nothingToRedo),
    run: (editor) => editor.redo(),
  },
  {
    name: TEXT.copy,
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+C'],
    browser: true,
    unable: nothingSelected,
    run: (editor) => void copySelection(editor),
  },
  {
    name: 'Cut',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+X'],
    browser: true,
    unable: nothingSelected,
    run: (editor) => void copySelection(editor).then((copied) => copied && editor.removeSelected()),
  },
  {
    name: 'Paste',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+V'],
    browser: true,
    run: (editor) => void pasteHere(editor),
  },
  {
    name: 'Duplicate with the wires into it',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+D'],
    unable: nothingSelected,
    run: (editor) => editor.duplicateSelected(),
  },
  {
    name: 'Duplicate without the wires into it',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+Shift+D'],
    keywords: ['copy'],
    unable: nothingSelected,
    run: (editor) => editor.duplicateSelected(false),
  },
  {
    name: 'Delete and heal the wires through it',
    group: 'Edit',
    graph: true,
    keys: ['Delete', 'Backspace'],
    keywords: ['remove'],
    unable: nothingSelected,
    run: (editor) => editor.removeSelected(),
  },
  {
    name: 'Delete without healing',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+Delete', 'Ctrl+Backspace'],
    keywords: ['remove'],
    unable: nothingSelected,
    run: (editor) => editor.removeSelected(false),
  },
  {
    name: 'Select all',
    group: 'Edit',
    graph: true,
    keys: ['Ctrl+A'],
    run: selectAll,
  },
  {
    name: 'Drop the wire, clear the selection',
    group: 'Edit',
    keys: ['Escape'],
    keywords: ['deselect'],
    run: (_, page) => page.escape(),
  },
  {
    name: TEXT.addNode,
    group: 'Nodes',
    keys: ['Shift+A'],
    canvasKeys: ['Space'],
    keywords: ['new', 'insert'],
    unable: starting,
    run: (_, page) => page.addNode(),
  },
  {
    name: 'Bypass, or use again',
    group: 'Nodes',
    keys: ['B', 'M', 'Ctrl+B'],
    keywords: ['mute', 'disable', 'skip'],
    unable: noNodeSelected,
    run: toggleBypass,
  },
  {
    name: 'Collapse, or open',
    group: 'Nodes',
    keys: ['H'],
    keywords: ['fold', 'hide', 'expand'],
    unable: noNodeSelected,
    run: (editor) => toggleCollapsed(editor),
  },
  {
    name: CANVAS_TEXT.gather,
    group: 'Nodes',
    keys: ['Ctrl+G'],
    keywords: ['group', 'macro', 'collect'],
    unable: noNodeSelected,
    run: gatherSelection,
  },
  {
    name: CANVAS_TEXT.openGroup,
    group: 'Nodes',
    keys: ['Ctrl+Shift+G'],
    keywords: ['ungroup', 'macro', 'expand', 'explode'],
    unable: noGroupSelected,
    run: (editor) => openGroups(editor),
  },
  {
    name: CANVAS_TEXT.cut,
    group: 'Nodes',
    keys: ['X'],
    keywords: ['disconnect'],
    unable: noNodeSelected,
    run: (editor) => cutLinks(editor, linksToOthers(editor.store.document, editor.selection.ids)),
  },
  {
    name: CANVAS_TEXT.tidy,
    group: 'Nodes',
    keys: ['L'],
    keywords: ['layout', 'arrange', 'columns', 'clean'],
    run: (editor) => void tidy(editor),
  },
  ...ALIGNMENTS.map((how): Action => ({
    name: CANVAS_TEXT.aligns[how],
    group: 'Nodes',
    keywords: ['arrange', 'line'],
    unable: noNodeSelected,
    run: (editor) => align(editor, how),
  })),
  ...AXES.map((axis): Action => ({
    name: axis === 'x' ? CANVAS_TEXT.distributeX : CANVAS_TEXT.distributeY,
    group: 'Nodes',
    keywords: ['arrange', 'space', 'gaps'],
    unable: noNodeSelected,
    run: (editor) => distribute(editor, axis),
  })),
  {
    name: 'Lead the wire through a point',
    group: 'Nodes',
    keys: ['R'],
    keywords: ['reroute', 'dot', 'bend'],
    run: leadWires,
  },
  {
    name: CANVAS_TEXT.frameIt,
    group: 'Nodes',
    keys: ['Ctrl+J'],
    keywords: ['group', 'box', 'backdrop'],
    unable: nothingSelected,
    run: frameSelection,
  },
  {
    name: CANVAS_TEXT.addNote,
    group: 'Nodes',
    keys: ['N'],
    keywords: ['comment', 'text', 'annotation'],
    run: (editor) => editor.canvas && addNote(editor, editor.canvas.pointed()),
  },
  {
    name: 'Next colour of frames and notes',
    group: 'Nodes',
    keys: ['C'],
    unable: ({ selection }) => (selection.marks.size === 0 ? CANVAS_SAY.noMarkSelected : undefined),
    run: nextColour,
  },
  {
    name: 'Show the selection',
    group: 'Look',
    graph: true,
    keys: ['F'],
    keywords: ['fit view', 'frame', 'zoom'],
    run: (editor) => editor.canvas?.fitSelection(),
  },
  {
    name: 'Show everything',
    group: 'Look',
    graph: true,
    keys: ['Home'],
    keywords: ['fit view', 'zoom'],
    run: (editor) => editor.canvas?.fit(),
  },
  {
    name: 'Zoom in',
    group: 'Look',
    graph: true,
    canvasKeys: ['+'],
    run: (editor) => editor.canvas?.zoomBy(1.25),
  },
  {
    name: 'Zoom out',
    group: 'Look',
    graph: true,
    canvasKeys: ['-'],
    run: (editor) => editor.canvas?.zoomBy(0.8),
  },
  {
    name: FORM.toggle,
    group: 'Look',
    keys: ['Shift+F'],
    keywords: ['simple', 'starred', 'panel', 'app'],
    run: ({ form }) => form.show(!form.shown),
  },
  {
    name: 'Zoom to actual size',
    group: 'Look',
    canvasKeys: ['0'],
    run: (editor) => editor.canvas?.actualSize(),
  },
  {
    name: CANVAS_TEXT.map,
    group: 'Look',
    keys: ['Shift+M'],
    keywords: ['minimap', 'overview'],
    run: (editor) => editor.mapped.toggle(),
  },
  {
    name: 'Light or dark colours',
    group: 'Look',
    keywords: ['theme', 'mode'],
    run: (_, page) => page.light(),
  },
  ...VIEWER_ACTIONS,
  {
    name: TEXT.open,
    group: 'Graph',
    keys: ['Ctrl+O'],
    everywhere: true,
    keywords: ['load', 'preset', 'file'],
    unable: starting,
    run: (_, page) => page.open(),
  },
  {
    name: SHARING.addFile,
    group: 'Graph',
    keys: ['Ctrl+Shift+O'],
    everywhere: true,
    keywords: ['merge', 'insert', 'import', 'preset'],
    unable: starting,
    run: (_, page) => page.addFile(),
  },
  {
    name: TEXT.save,
    group: 'Graph',
    keys: ['Ctrl+S'],
    everywhere: true,
    keywords: ['download', 'preset', 'file', 'json'],
    run: save,
  },
  {
    name: TEXT.copyLink,
    group: 'Graph',
    keywords: ['share', 'url'],
    run: (editor) => void copyLink(editor, location),
  },
  {
    name: TEXT.welcome,
    group: 'Graph',
    keywords: ['default', 'start'],
    unable: starting,
    run: (_, page) => page.welcome(),
  },
  {
    name: TEXT.commands,
    group: 'Help',
    keys: ['Ctrl+K'],
    everywhere: true,
    run: (_, page) => page.commands(),
  },
  {
    name: NODE_HELP.selected,
    group: 'Help',
    keys: ['F1'],
    everywhere: true,
    keywords: ['documentation', 'manual', 'explain'],
    unable: (editor) => (selectedType(editor) === undefined ? NODE_HELP.selectOne : undefined),
    run: (editor) => (editor.helpOn = selectedType(editor)),
  },
  {
    name: TEXT.shortcuts,
    group: 'Help',
    keys: ['?'],
    keywords: ['shortcuts', 'hotkeys', 'help'],
    run: (_, page) => page.help(),
  },
]

/** Why an action cannot be done now; undefined when it can. */
export const unable = (action: Action, editor: Editor): string | undefined =>
  (action.graph || action.group === 'Nodes') && editor.form.shown ? FORM.notInForm : action.unable?.(editor)
