import type { Action } from '../action.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Comparison } from '../state/inspecting.svelte.ts'
import { TEXT } from '../text.ts'
import { SAY_VIEWER, VIEWER } from './text.ts'

const nothingShown = ({ viewer }: Editor): string | undefined =>
  viewer?.shown === undefined ? SAY_VIEWER.nothingShown : undefined
const notFlat = (editor: Editor): string | undefined =>
  editor.viewer?.shown === 'surface' ? SAY_VIEWER.leaveSurface : nothingShown(editor)
const nothingPinned = (editor: Editor): string | undefined =>
  notFlat(editor) ?? (editor.inspecting.pinned ? undefined : SAY_VIEWER.pinFirst)

const compare = (comparison: Comparison, name: string, key: string): Action => ({
  name,
  group: 'In the viewer',
  viewerKeys: [key],
  keywords: ['compare', 'before', 'after'],
  unable: nothingPinned,
  run: ({ inspecting }) => inspecting.compare(comparison),
})

/** What can be done with the picture that is looked at. */
export const VIEWER_ACTIONS: readonly Action[] = [
  {
    name: VIEWER.zoomIn,
    group: 'In the viewer',
    viewerKeys: ['+'],
    unable: nothingShown,
    run: ({ viewer }) => viewer?.zoomBy(1.25),
  },
  {
    name: VIEWER.zoomOut,
    group: 'In the viewer',
    viewerKeys: ['-'],
    unable: nothingShown,
    run: ({ viewer }) => viewer?.zoomBy(0.8),
  },
  {
    name: TEXT.viewerFit,
    group: 'In the viewer',
    viewerKeys: ['0'],
    keywords: ['reset', 'whole'],
    unable: nothingShown,
    run: ({ viewer }) => viewer?.fit(),
  },
  {
    name: TEXT.viewerActual,
    group: 'In the viewer',
    unable: notFlat,
    run: ({ viewer }) => viewer?.actualSize(),
  },
  {
    name: VIEWER.solidOrFlat,
    group: 'In the viewer',
    viewerKeys: ['T'],
    keywords: ['surface', 'points', 'mesh'],
    unable: ({ viewer }) => (viewer?.solid ? undefined : VIEWER.notSolid),
    run: ({ viewer }) => viewer?.toggleSurface(),
  },
  {
    name: VIEWER.pin,
    group: 'In the viewer',
    viewerKeys: ['P'],
    keywords: ['compare', 'keep'],
    unable: notFlat,
    run: ({ viewer }) => viewer?.pin(),
  },
  compare('wipe', VIEWER.wipe, 'W'),
  compare('beside', VIEWER.beside, 'S'),
  compare('difference', VIEWER.difference, 'D'),
  compare('blink', VIEWER.blink, 'B'),
  {
    name: VIEWER.unpin,
    group: 'In the viewer',
    viewerKeys: ['U'],
    unable: nothingPinned,
    run: ({ viewer }) => viewer?.unpin(),
  },
  {
    name: VIEWER.fullScreen,
    group: 'In the viewer',
    viewerKeys: ['F'],
    run: ({ viewer }) => viewer?.toggleFullScreen(),
  },
  {
    name: VIEWER.copyPicture,
    group: 'In the viewer',
    unable: notFlat,
    run: ({ viewer }) => viewer?.copy(),
  },
  {
    name: VIEWER.savePicture,
    group: 'In the viewer',
    keywords: ['export', 'download'],
    unable: notFlat,
    run: ({ viewer }) => viewer?.save(true),
  },
]
