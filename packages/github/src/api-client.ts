import { WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { readBody } from './response-body.ts'
import type { ApiOptions } from './api-options.ts'
import { type Sent, requestPatiently } from './patient-request.ts'

/** What GitHub said: something, or that there is no such thing. All else is thrown. */
export type Answer<Value> =
  | { readonly kind: 'found'; readonly value: Value }
  | { readonly kind: 'absent' }

/** A thing that GitHub lists; it comes once. */
interface Listed {
  readonly id: number
}

export interface ListRequest<Item extends Listed> {
  readonly path: string
  /** The member that holds the items, beside `total_count`. */
  readonly key: string
  readonly item: v.GenericSchema<unknown, Item>
}

/**
 * GitHub's REST API, as far as evidence is read from it and rollouts are told to it. An answer of another form, an unfinished list, a
 * refusal or a failure that lasts throws a WorldError: nothing that GitHub did not say is ever assumed.
 */
export interface GithubApi {
  readonly get: <Value>(
    path: string,
    shape: v.GenericSchema<unknown, Value>,
  ) => Promise<Answer<Value>>
  /** Every item: pages are read until there are `total_count`; a list that never comes to that throws. */
  readonly list: <Item extends Listed>(
    request: ListRequest<Item>,
  ) => Promise<Answer<readonly Item[]>>
  /**
   * Every item of a list that states no total: pages are read until one is empty, for a short page is not
   * the last one by any word of GitHub.
   */
  readonly items: <Item>(
    path: string,
    item: v.GenericSchema<unknown, Item>,
  ) => Promise<Answer<readonly Item[]>>
  /** Makes something. It is sent once, unless GitHub has turned it away for now: it may have been taken. */
  readonly post: <Value>(
    path: string,
    body: unknown,
    shape: v.GenericSchema<unknown, Value>,
  ) => Promise<Value>
  /** Gives something a new state; said again when GitHub fails. */
  readonly patch: <Value>(
    path: string,
    body: unknown,
    shape: v.GenericSchema<unknown, Value>,
  ) => Promise<Value>
  /** As `post`, where GitHub has nothing to answer. */
  readonly order: (path: string, body: unknown) => Promise<void>
  /** The bytes behind a path that redirects to where they are kept. */
  readonly download: (path: string, mostBytes: number) => Promise<Answer<Buffer>>
}

const MOST_JSON_BYTES = 16 * 1024 * 1024
const PER_PAGE = 100
/** 10,000 jobs or artifacts: GitHub's own limits of one run are far below. */
const MOST_PAGES = 100

export function openGithubApi(options: ApiOptions): GithubApi {
  const urlOf = (path: string) => new URL(`${options.address.href.replace(/\/$/, '')}/${path}`)
  const ask = async (path: string, mostBytes: number): Promise<Answer<Buffer>> => {
    const url = urlOf(path)
    const response = await requestPatiently(url, options)
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel()
      return { kind: 'absent' }
    }
    return { kind: 'found', value: await readBody(url, response, mostBytes) }
  }
  const get: GithubApi['get'] = async (path, shape) => {
    const answer = await ask(path, MOST_JSON_BYTES)
    if (answer.kind === 'absent') return answer
    return { kind: 'found', value: read(path, answer.value, shape) }
  }
  const send = async (path: string, sent: Sent): Promise<Buffer> => {
    const url = urlOf(path)
    return readBody(url, await requestPatiently(url, options, sent), MOST_JSON_BYTES)
  }
  return {
    get,
    list: (request) => readList(request, get),
    items: (path, item) => readItems(path, item, get),
    post: async (path, body, shape) =>
      read(path, await send(path, { method: 'POST', body }), shape),
    patch: async (path, body, shape) =>
      read(path, await send(path, { method: 'PATCH', body }), shape),
    order: async (path, body) => void (await send(path, { method: 'POST', body })),
    download: ask,
  }
}

async function readList<Item extends Listed>(
  { path, key, item }: ListRequest<Item>,
  get: GithubApi['get'],
): Promise<Answer<readonly Item[]>> {
  const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
  const shape = v.pipe(
    v.looseObject({ total_count: count }),
    v.transform((page) => ({ total: page.total_count, items: page[key] })),
    v.object({ total: count, items: v.array(item) }),
  )
  const items: Item[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const joint = path.includes('?') ? '&' : '?'
    const answer = await get(`${path}${joint}per_page=${PER_PAGE}&page=${page}`, shape)
    if (answer.kind === 'absent') return answer
    items.push(...answer.value.items)
    const isOne = new Set(items.map(({ id }) => id)).size === items.length
    if (isOne && items.length === answer.value.total) return { kind: 'found', value: items }
    if (!isOne || items.length > answer.value.total || answer.value.items.length === 0) break
  }
  throw failed(path, `listed ${items.length} of its ${key}, which is not all, or not one list`)
}

async function readItems<Item>(
  path: string,
  item: v.GenericSchema<unknown, Item>,
  get: GithubApi['get'],
): Promise<Answer<readonly Item[]>> {
  const items: Item[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const joint = path.includes('?') ? '&' : '?'
    const answer = await get(`${path}${joint}per_page=${PER_PAGE}&page=${page}`, v.array(item))
    if (answer.kind === 'absent') return answer
    if (answer.value.length === 0) return { kind: 'found', value: items }
    items.push(...answer.value)
  }
  throw failed(path, `listed more than ${MOST_PAGES} pages`)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function read<Value>(path: string, bytes: Buffer, shape: v.GenericSchema<unknown, Value>): Value {
  let value: unknown
  try {
    value = JSON.parse(UTF8.decode(bytes))
  } catch (cause) {
    throw failed(path, 'did not answer in JSON', cause)
  }
  const parsed = v.safeParse(shape, value)
  if (parsed.success) return parsed.output
  const at = v.getDotPath(parsed.issues[0]) ?? ''
  throw failed(path, `answered in a form that is not known, at \`${at.slice(0, 80)}\``)
}

const failed = (path: string, what: string, cause?: unknown): WorldError =>
  new WorldError(
    { code: 'github/failed', subject: path, message: what, remedy: 'run the step again' },
    { cause },
  )
