import { InputError, WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'

/** The keys that a user of GitHub has published for signing. Text from outside. */
export interface PublishedKeys {
  /** `TYPE BASE64`. */
  readonly ssh: readonly string[]
  /** Armored OpenPGP public keys. */
  readonly openpgp: readonly string[]
}

export interface PublishedKeysRequest {
  readonly user: string
  /** Base of the API, without a slash at its end. */
  readonly api: string
  readonly fetch: typeof fetch
  readonly signal?: AbortSignal | undefined
}

/** GitHub's own rule for user names. */
const USER = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/
const MAX_BYTES = 4 * 1024 * 1024
const TIMEOUT = 10_000
const PER_PAGE = 100

const sshKeys = v.array(
  v.object({ key: v.pipe(v.string(), v.regex(/^[a-z0-9@.-]{1,64} [A-Za-z0-9+/=]{1,16384}$/)) }),
)
const openPgpKeys = v.array(v.object({ raw_key: v.nullish(v.string()) }))

/**
 * Asks `GET /users/{user}/ssh_signing_keys` and `GET /users/{user}/gpg_keys` (GitHub REST API,
 * 2022-11-28). Nobody vouches for the answer but GitHub: whoever adds the keys must know the user.
 * @throws InputError `usage/invalid-option` for a name that nobody can have or nobody has
 * @throws WorldError `github/failed`
 */
export async function fetchPublishedKeys(request: PublishedKeysRequest): Promise<PublishedKeys> {
  if (!USER.test(request.user)) throw noSuchUser(request.user)
  const [ssh, openpgp] = await Promise.all([
    ask(request, 'ssh_signing_keys', sshKeys),
    ask(request, 'gpg_keys', openPgpKeys),
  ])
  return {
    ssh: ssh.map(({ key }) => key),
    openpgp: openpgp.flatMap(({ raw_key: armor }) => (armor ? [armor] : [])),
  }
}

async function ask<Item>(
  { user, api, fetch, signal }: PublishedKeysRequest,
  list: string,
  shape: v.GenericSchema<unknown, Item[]>,
): Promise<readonly Item[]> {
  const url = `${api}/users/${user}/${list}?per_page=${PER_PAGE}`
  const timeout = AbortSignal.timeout(TIMEOUT)
  const response = await fetch(url, {
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    // A redirect could lead to anybody's keys.
    redirect: 'error',
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }).catch((cause: unknown) => {
    throw failed(url, 'could not be reached', cause)
  })
  if (response.status === 404) throw noSuchUser(user)
  if (response.status !== 200) throw failed(url, `answered ${response.status}`)
  const parsed = v.safeParse(shape, await readJson(url, response))
  if (!parsed.success) throw failed(url, 'answered in a form that is not known')
  // One who has so many keys has some that would be passed over.
  if (parsed.output.length >= PER_PAGE) throw failed(url, `lists ${PER_PAGE} keys or more`)
  return parsed.output
}

async function readJson(url: string, response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > MAX_BYTES) throw failed(url, `answered more than ${MAX_BYTES} bytes`)
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    if (error instanceof WorldError) throw error
    throw failed(url, 'broke off, or did not answer in JSON', error)
  }
}

const noSuchUser = (user: string): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `--github ${user.slice(0, 80)}`,
    message: 'GitHub has no user of that name',
    remedy: 'check the name, or give the key itself: `--key FILE.pub`',
  })

const failed = (url: string, what: string, cause?: unknown): WorldError =>
  new WorldError(
    {
      code: 'github/failed',
      subject: url,
      message: what,
      remedy: 'try again later, or give the key itself: `--key FILE.pub` or `--openpgp FILE.asc`',
    },
    { cause },
  )
