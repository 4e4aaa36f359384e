import { AppError } from '../../base/errors.ts'
import { checkPath, isJsonObject } from '../files.ts'
import { isFileHash, type FileHash } from './file-hash.ts'
import type { Hub } from './hub.ts'
import { failed, receive } from './receive.ts'
import { retried, Transient } from './retry.ts'

/** A file as the Hub lists it. */
export interface HubFile {
  readonly path: string
  readonly bytes: number
  readonly hash: FileHash
}

/** A repository at one commit: what is listed is what will be downloaded, even when the branch moves meanwhile. */
export interface Repository {
  /** `owner/name`. */
  readonly id: string
  /** The commit, 40 hexadecimal digits. */
  readonly revision: string
  /** As its card says, as in `apache-2.0`; undefined when it says nothing. */
  readonly licence: string | undefined
  /** The class of the diffusers pipeline that it is for, as the Hub says; undefined when it says nothing. */
  readonly pipeline: string | undefined
  readonly files: readonly HubFile[]
}

/** Names as the Hub allows them; none is `.` or `..`, and none leads out of a folder. */
const NAME = /^[a-z0-9][\w.-]{0,95}$/i

/** `owner/name`, at a branch, tag or commit where one is named: `owner/name@revision`. */
export interface RepositoryName {
  readonly id: string
  readonly revision: string | undefined
}

/** Reads `owner/name` or `owner/name@revision`; undefined when it is neither. */
export function readRepositoryName(text: string): RepositoryName | undefined {
  const [id = '', revision, ...rest] = text.trim().split('@')
  if (!isRepositoryId(id) || rest.length > 0) return undefined
  if (revision === undefined) return { id, revision }
  return REVISION.test(revision) && !revision.includes('..') ? { id, revision } : undefined
}

/** Branches, tags and commits, also `refs/pr/1`. */
const REVISION = /^[a-z0-9][\w.+-]*(?:\/[a-z0-9][\w.+-]*)*$/i

export function isRepositoryId(text: string): boolean {
  const parts = text.split('/')
  return parts.length === 2 && parts.every((part) => NAME.test(part) && !part.includes('--') && !part.includes('..'))
}

/**
 * What the Hub says of a repository: two or three small requests, no weights. Errors: `checkpoint/bad-name`,
 * `checkpoint/not-found`, `checkpoint/no-access`, `checkpoint/download-failed`, `checkpoint/bad-listing`.
 */
export async function readRepository(hub: Hub, id: string, revision: string, signal: AbortSignal): Promise<Repository> {
  if (!isRepositoryId(id) || revision === '' || revision.length > 200) {
    throw new AppError(
      'checkpoint/bad-name',
      `${JSON.stringify(id)} at ${JSON.stringify(revision)} is no repository.`,
      {
        fix: 'Give its name as owner/name, as in prs-eth/marigold-depth-v1-1.',
      },
    )
  }
  const about = `${hub.host}/api/models/${id}/revision/${encodeURIComponent(revision)}`
  const { json: info } = await readPage(hub, about, signal).catch((error: unknown) => {
    throw ofRepository(error, hub, id, revision)
  })
  const commit = isJsonObject(info) ? info['sha'] : undefined
  if (!isJsonObject(info) || typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) throw badListing(about)
  const files: HubFile[] = []
  let next: string | undefined = `${hub.host}/api/models/${id}/tree/${commit}?recursive=true`
  for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
    const read: Page = await readPage(hub, next, signal)
    if (!Array.isArray(read.json)) throw badListing(next)
    for (const entry of read.json as readonly unknown[]) {
      if (isJsonObject(entry) && entry['type'] === 'file') files.push(fileOf(entry, next))
    }
    next = read.next
  }
  return { id, revision: commit, licence: licenceOf(info), pipeline: pipelineOf(info), files }
}

/** Says of the repository what the server says of an address. */
function ofRepository(error: unknown, { host }: Hub, id: string, revision: string): unknown {
  if (!(error instanceof AppError)) return error
  const server = new URL(host).host
  if (error.code === 'checkpoint/not-found') {
    const at = revision === 'main' ? '' : ` at ${revision}`
    return new AppError(error.code, `${server} has no repository ${id}${at}.`, {
      fix: 'Check the spelling, owner/name, and the revision if one was given.',
      cause: error,
    })
  }
  if (error.code !== 'checkpoint/no-access') return error
  // The Hub answers the same for a name that does not exist.
  return new AppError(
    error.code,
    `${server} shows ${id} to nobody without an account: it is gated, private, or not there.`,
    {
      fix: `Check the spelling. If access must be asked for, download it at ${host}/${id} with your account, and open the folder.`,
      cause: error,
    },
  )
}

/** Of a thousand entries each; a checkpoint has about fifty. */
const MAX_PAGES = 10
const MAX_PAGE_BYTES = 16 * 2 ** 20

interface Page {
  readonly json: unknown
  readonly next: string | undefined
}

const readPage = (hub: Hub, url: string, signal: AbortSignal): Promise<Page> =>
  retried(hub, signal, () =>
    receive(hub, url, {}, signal, async (response, body) => {
      if (response.status !== 200) throw failed(url, `The server answered ${response.status}.`)
      const decoder = new TextDecoder()
      let [text, bytes] = ['', 0]
      for await (const chunk of body) {
        bytes += chunk.byteLength
        if (bytes > MAX_PAGE_BYTES) throw badListing(url)
        text += decoder.decode(chunk, { stream: true })
      }
      return { json: parsed(text, url), next: nextPage(response.headers.get('Link'), hub) }
    }),
  )

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A listing that was cut is no JSON either.
    throw new Transient(badListing(url))
  }
}

/** `<url>; rel="next"`, if it stays on the host. */
function nextPage(link: string | null, { host }: Hub): string | undefined {
  const [, url] = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '') ?? []
  return url?.startsWith(`${host}/`) === true ? url : undefined
}

function fileOf(entry: Readonly<Record<string, unknown>>, url: string): HubFile {
  const { path, size, oid, lfs } = entry
  const large = isJsonObject(lfs)
  const [algorithm, hex] = large ? (['sha256', lfs['oid']] as const) : (['git-sha1', oid] as const)
  const bytes = large ? lfs['size'] : size
  const whole = typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0
  if (typeof path !== 'string' || !whole || typeof hex !== 'string' || !isFileHash(algorithm, hex))
    throw badListing(url)
  return { path: checkPath(path), bytes, hash: { algorithm, hex } }
}

/** Of `cardData`, or of the tags. */
function licenceOf({ cardData, tags }: Readonly<Record<string, unknown>>): string | undefined {
  const card = isJsonObject(cardData) ? cardData : {}
  const { license: given, license_name: name } = card
  const tagged = Array.isArray(tags)
    ? (tags as readonly unknown[]).find(isLicenceTag)?.slice('license:'.length)
    : undefined
  const said = typeof given === 'string' ? given : Array.isArray(given) ? given.join(', ') : tagged
  return said === 'other' && typeof name === 'string' ? name : said
}

/** Of `config`, which the Hub reads from model_index.json, or of the tags. */
function pipelineOf({ config, tags }: Readonly<Record<string, unknown>>): string | undefined {
  const diffusers = isJsonObject(config) && isJsonObject(config['diffusers']) ? config['diffusers'] : {}
  const { _class_name: name } = diffusers
  if (typeof name === 'string') return name
  const tagged = Array.isArray(tags) ? (tags as readonly unknown[]).find(isPipelineTag) : undefined
  return tagged?.slice('diffusers:'.length)
}

const isPipelineTag = (tag: unknown): tag is string => typeof tag === 'string' && tag.startsWith('diffusers:')

const isLicenceTag = (tag: unknown): tag is string => typeof tag === 'string' && tag.startsWith('license:')

const badListing = (url: string): AppError =>
  new AppError('checkpoint/bad-listing', `${url} gave no list of files as the Hugging Face Hub does.`, {
    fix: 'Try again; if it stays so, download the folder in another way and give the folder.',
  })
