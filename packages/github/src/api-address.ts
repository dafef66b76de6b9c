import { InputError } from '@bulkhead/vocabulary'

/** What a runner says of the GitHub that it belongs to. */
export interface ServerEnvironment {
  readonly GITHUB_SERVER_URL?: string | undefined
  readonly GITHUB_API_URL?: string | undefined
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * The base of the API of a server, without a slash at its end: that of github.com, of a tenant of
 * ghe.com, or of a GitHub Enterprise Server. Every token is sent there, so the two addresses that a
 * runner gives must belong to each other; plain HTTP is for loopback alone.
 * @throws InputError `github/unknown-server`
 */
export function apiAddressOf(env: ServerEnvironment): URL {
  const server = parse('GITHUB_SERVER_URL', env.GITHUB_SERVER_URL ?? 'https://github.com')
  const wanted = apiOf(server)
  if (env.GITHUB_API_URL === undefined) return new URL(wanted)
  const named = parse('GITHUB_API_URL', env.GITHUB_API_URL)
  if (named.href.replace(/\/$/, '') === wanted) return new URL(wanted)
  throw unknown('GITHUB_API_URL', `is not the API of ${server.origin}, which is ${wanted}`)
}

function apiOf(server: URL): string {
  if (server.protocol === 'https:' && server.host === 'github.com') return 'https://api.github.com'
  if (server.protocol === 'https:' && /^[a-z0-9-]+\.ghe\.com$/.test(server.host))
    return `https://api.${server.host}`
  return `${server.origin}/api/v3`
}

function parse(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw unknown(name, 'is no URL')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw unknown(name, 'has more in it than a server and a path')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    return url
  throw unknown(name, 'is not an https address')
}

const unknown = (name: string, message: string): InputError =>
  new InputError({
    code: 'github/unknown-server',
    subject: name,
    message,
    remedy: 'leave GITHUB_SERVER_URL and GITHUB_API_URL as the runner sets them',
  })
