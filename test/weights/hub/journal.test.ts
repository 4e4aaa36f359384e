import { describe, expect, it } from 'vitest'
import { readJournal, writeJournal } from '../../../src/weights/hub/journal.ts'
import type { HubFile } from '../../../src/weights/hub/repository.ts'

const file: HubFile = { path: 'a', bytes: 2500, hash: { algorithm: 'sha256', hex: 'a'.repeat(64) } }
const none = { etag: null, done: new Set() }

describe('a journal', () => {
  const text = writeJournal(file, 1000, { etag: '"one"', done: new Set([2, 0]) })

  it('says what it was told', () => {
    expect(readJournal(text, file, 1000, 2500)).toEqual({ etag: '"one"', done: new Set([0, 2]) })
  })

  it('does not speak of bytes that are not there', () => {
    expect(readJournal(text, file, 1000, 2499).done).toEqual(new Set([0]))
    expect(readJournal(text, file, 1000, 999).done).toEqual(new Set())
  })

  it.each([
    ['another content', { ...file, hash: { ...file.hash, hex: 'b'.repeat(64) } }, 1000],
    ['another length', { ...file, bytes: 2501 }, 1000],
    ['other pieces', file, 500],
  ])('of %s is none', (_what, of, pieceBytes) => {
    expect(readJournal(text, of, pieceBytes, 9999)).toEqual(none)
  })

  it.each([
    undefined,
    '',
    'x',
    '[]',
    'null',
    text.replace(/"etag":[^,]*/, '"etag":7'),
    text.replace('[0,2]', '"all"'),
    text.replace('"schema":1', '"schema":2'),
  ])('that is %j is none', (broken) => {
    expect(readJournal(broken, file, 1000, 2500)).toEqual(none)
  })

  it('has no pieces that the file has not', () => {
    const odd = text.replace('[0,2]', '[0,3,-1,1.5,"2",null]')
    expect(readJournal(odd, file, 1000, 9999).done).toEqual(new Set([0]))
  })
})
