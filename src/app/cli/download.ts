import { AppError } from '../../base/errors.ts'
import { byteText } from '../../base/byte-text.ts'
import { download } from '../../weights/hub/download.ts'
import { bytesOf } from '../../weights/hub/downloads.ts'
import { hub } from '../../weights/hub/hub.ts'
import type { DownloadPlan, PlannedPrompt } from '../../weights/hub/plan-download.ts'
import type { DownloadCommand } from './arguments.ts'
import { planCheckpoint } from '../plan-checkpoint.ts'
import { nameOf, repositoryNamed } from '../repository-named.ts'
import { downloads, hubHost } from './downloaded.ts'
import { line, ProgressLine, type Terminal } from './terminal.ts'

/** `marigold download`: says what it would fetch and from where, asks, and fetches it. Exit status: 0 when it is here. */
export async function downloadCheckpoint(
  { name, variant, revision, yes }: DownloadCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const say = (text: string): void => terminal.err(line(text))
  const [storage, from] = [downloads(), hub({ host: hubHost() })]
  const named = repositoryNamed(name) ?? { id: name, revision: undefined }
  const wanted = { id: named.id, revision: named.revision ?? revision, variant }
  const plan = await planCheckpoint(from, storage, wanted, signal)
  for (const text of described(plan, from.host, storage.place)) say(text)
  if (plan.missing > 0) await confirm(yes, terminal, signal)
  const progress = new ProgressLine(terminal)
  try {
    await download(
      from,
      storage,
      plan,
      {
        progress: ({ done, bytes, bytesPerSecond, secondsLeft }) => {
          const rate = bytesPerSecond === undefined ? '' : `, ${byteText(bytesPerSecond)}/s`
          const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`
          progress.show(`${Math.floor((100 * done) / bytes)} %  ${byteText(done)} of ${byteText(bytes)}${rate}${left}`)
        },
        verified: ({ path, bytes }) => {
          progress.clear()
          say(`verified ${path} (${byteText(bytes)})`)
        },
        instead: (bytes, why) => {
          progress.clear()
          say(`the text encoder (${byteText(bytes)}) comes in place of the empty prompt: ${why.message}`)
        },
      },
      signal,
    )
  } finally {
    progress.clear()
    if (signal.aborted) say('what has arrived is kept: the same command goes on with it')
  }
  const { id, revision: commit } = plan.repository
  say(
    `${id} is here: use it with --checkpoint ${named.revision === undefined ? name : nameOf({ id, revision: commit })}`,
  )
  return 0
}

function described(plan: DownloadPlan, host: string, to: string): string[] {
  const { repository, files, variants, prompt, bytes, missing } = plan
  const half = Object.entries(variants).filter(([, variant]) => variant === 'fp16')
  const full = Object.entries(variants).filter(([, variant]) => variant === 'full')
  const precision = [
    half.length > 0 ? `${half.map(([component]) => component).join(', ')} in fp16` : '',
    full.length > 0 ? `${full.map(([component]) => component).join(', ')} in fp32` : '',
  ]
  const rest = missing === bytes ? '' : missing === 0 ? ', all here' : `, ${byteText(missing)} to come`
  return [
    `${repository.id} at ${repository.revision.slice(0, 12)}`,
    `licence: ${repository.licence ?? 'not said'}; read it at ${host}/${repository.id}`,
    `from ${host} into ${to}`,
    `${files.length} files, ${byteText(bytes)}${rest} (${precision.filter((text) => text !== '').join('; ')})`,
    ...(prompt ? [aboutPrompt(prompt)] : []),
  ]
}

function aboutPrompt({ published: { url, bytes }, here, instead }: PlannedPrompt): string {
  if (here) return 'the empty prompt is here: no text encoder is needed'
  const encoder = `the text encoder, ${byteText(bytesOf({ files: instead }))} more, in its place should that fail`
  return `of them the empty prompt, ${byteText(bytes)}, from ${new URL(url).host}; ${encoder}`
}

async function confirm(yes: boolean, terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (yes) return
  if (terminal.ask === undefined) {
    throw new AppError('cli/not-confirmed', 'Nothing was downloaded: nobody is here to be asked.', {
      fix: 'Add --yes to download it.',
    })
  }
  if (await terminal.ask('Download? [y/N] ', signal)) return
  throw new AppError('cli/not-confirmed', 'Nothing was downloaded.', { fix: 'Answer y to download it.' })
}

function duration(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.ceil(seconds % 60)]
  return minutes === 0 ? `${rest} s` : minutes < 60 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`
}
