import { AppError, type PlainError } from '../base/errors.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

/** What the Worker says to a question of the page. */
export type Answer = Extract<
  FromWorker,
  { readonly say: 'opened' | 'taken' | 'kept' | 'read' | 'measured' | 'pinned' | 'differs' | 'refused' }
>

/** What the Worker owes an answer to; a new Worker is asked again. */
export interface Question {
  readonly message: ToWorker
  answer(answer: Answer): void
}

/** The error that an answer is, or that it is none to what was asked. */
export const unexpected = (answer: Answer): AppError =>
  answer.say === 'refused'
    ? appError(answer.error)
    : new AppError('engine/unexpected', `The engine answered "${answer.say}" to another question.`)

function appError({ code, message, ...details }: PlainError): AppError {
  return new AppError(isCode(code) ? code : 'engine/unexpected', message, details)
}

const isCode = (code: string): code is AppError['code'] => code.includes('/')

/** Whether a message tells of what a document shows. Its pictures are let go: the document was left. */
export function discarded(message: FromWorker): boolean {
  switch (message.say) {
    case 'preview':
      message.preview.bitmap.close()
      return true
    case 'member':
    case 'spread':
      message.picture.bitmap.close()
      return true
    case 'relief':
      message.relief.photo?.close()
      return true
    case 'states':
    case 'members':
    case 'warned':
    case 'memory':
      return true
    default:
      return false
  }
}
