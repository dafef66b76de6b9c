import { type GithubServer, startGithub } from '@bulkhead/testkit'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apiAddressOf } from '../src/index.ts'
import { RECORD, apiOf, jobWith, stage } from './github-stage.ts'

let github: GithubServer
const waits: number[] = []
beforeEach(async () => {
  waits.length = 0
  github = await startGithub()
  stage(github, [await jobWith('tests', RECORD)])
})
afterEach(() => github[Symbol.asyncDispose]())

const PATH = 'repos/octo/app/actions/runs/4711'
const shape = v.object({ id: v.number() })
const patience = {
  attempts: 4,
  budget: 100_000,
  now: () => 1_000_000,
  wait: (milliseconds: number) => {
    waits.push(milliseconds)
    return Promise.resolve()
  },
}
const api = () => apiOf(github, { patience })
const codeOf = async (action: Promise<unknown>) => {
  const error: unknown = await action.catch((caught: unknown) => caught)
  return error instanceof WorldError || error instanceof InputError
    ? error.findings[0]?.code
    : error
}
const failing = (times: number, status: number, headers?: Record<string, string>) => {
  github.fault = (_request, index) =>
    index < times ? { kind: 'status', status, ...(headers && { headers }) } : undefined
}

describe('the client', () => {
  it('says what GitHub says, or that there is no such thing', async () => {
    expect(await api().get(PATH, shape)).toEqual({ kind: 'found', value: { id: 4711 } })
    expect(await api().get(`${PATH}1`, shape)).toEqual({ kind: 'absent' })
  })

  it.each([
    ['500', 500, {}, [1_000, 2_000]],
    ['502 with a time', 502, { 'retry-after': '7' }, [7_000, 7_000]],
    ['429 with a time', 429, { 'retry-after': '30' }, [30_000, 30_000]],
    ['a secondary limit', 403, { 'retry-after': '5' }, [5_000, 5_000]],
    [
      'a spent limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1020' },
      [20_000, 20_000],
    ],
  ])(
    'waits as GitHub says, then has its answer: %s (failure 53)',
    async (_name, status, headers, expected) => {
      failing(2, status, headers)
      expect((await api().get(PATH, shape)).kind).toBe('found')
      expect(waits).toEqual(expected)
    },
  )

  it('waits no longer than it may, and then has failed', async () => {
    failing(9, 429, { 'retry-after': '60' })
    expect(await codeOf(api().get(PATH, shape))).toBe('github/rate-limited')
    expect(waits).toEqual([60_000])
    waits.length = 0
    failing(99, 503)
    expect(await codeOf(api().get(PATH, shape))).toBe('github/failed')
    expect(waits).toEqual([1_000, 2_000, 4_000])
  })

  it('does not ask again what is refused', async () => {
    failing(1, 403)
    expect(await codeOf(api().get(PATH, shape))).toBe('github/forbidden')
    expect(waits).toEqual([])
    expect(await codeOf(apiOf(github, { token: 'ghs_other' }).get(PATH, shape))).toBe(
      'github/forbidden',
    )
  })

  it.each([
    ['no JSON', '<html>'],
    ['another form', '{"id":"4711"}'],
    ['bytes that are no text', '\u00ff'],
  ])('takes no answer with %s', async (_name, body) => {
    github.fault = () => ({ kind: 'body', body })
    expect(await codeOf(api().get(PATH, shape))).toBe('github/failed')
  })

  it.each([
    ['fewer than it says', '{"total_count":2,"artifacts":[{"id":1}]}'],
    ['more than it says', '{"total_count":1,"artifacts":[{"id":1},{"id":2}]}'],
    ['no total', '{"artifacts":[]}'],
    ['no items', '{"total_count":0}'],
  ])('takes no list with %s', async (_name, body) => {
    github.fault = () => ({ kind: 'body', body })
    const list = api().list({ path: `${PATH}/artifacts`, key: 'artifacts', item: shape })
    expect(await codeOf(list)).toBe('github/failed')
  })

  it('reads no more of a download than it may', async () => {
    const path = 'repos/octo/app/actions/artifacts/800/zip'
    expect((await api().download(path, 10_000)).kind).toBe('found')
    expect(await codeOf(api().download(path, 10))).toBe('github/failed')
  })

  it.each([
    ['in a circle', () => ({ location: `${github.url}/api/v3/${PATH}` })],
    ['to plain HTTP elsewhere', () => ({ location: 'http://storage.invalid/x' })],
    ['to a file', () => ({ location: 'file:///etc/passwd' })],
    ['to nowhere', (): Record<string, string> => ({})],
  ])('follows no redirect %s', async (_name, headers) => {
    github.fault = () => ({ kind: 'status', status: 302, headers: headers() })
    expect(await codeOf(api().get(PATH, shape))).toMatch(/^github\/(?:failed|forbidden)$/)
  })
})

describe('the address of the API', () => {
  it.each([
    [{}, 'https://api.github.com/'],
    [
      { GITHUB_SERVER_URL: 'https://github.com', GITHUB_API_URL: 'https://api.github.com' },
      'https://api.github.com/',
    ],
    [{ GITHUB_SERVER_URL: 'https://octo.ghe.com' }, 'https://api.octo.ghe.com/'],
    [
      {
        GITHUB_SERVER_URL: 'https://git.example.test',
        GITHUB_API_URL: 'https://git.example.test/api/v3',
      },
      'https://git.example.test/api/v3',
    ],
    [{ GITHUB_SERVER_URL: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080/api/v3'],
  ])('is that of the server: %j', (env, expected) => {
    expect(apiAddressOf(env).href).toBe(expected)
  })

  it.each([
    [{ GITHUB_API_URL: 'https://api.github.com.example.test' }],
    [{ GITHUB_API_URL: 'https://example.test/api/v3' }],
    [{ GITHUB_API_URL: 'https://api.github.com@example.test' }],
    [{ GITHUB_API_URL: 'http://api.github.com' }],
    [{ GITHUB_API_URL: 'https://api.github.com/x' }],
    [{ GITHUB_API_URL: 'https://api.github.com?x' }],
    [{ GITHUB_SERVER_URL: 'http://github.com' }],
    [
      {
        GITHUB_SERVER_URL: 'https://octo.ghe.com.example.test',
        GITHUB_API_URL: 'https://api.octo.ghe.com',
      },
    ],
    [{ GITHUB_SERVER_URL: 'github.com' }],
  ])('is refused: %j', (env) => {
    expect(() => apiAddressOf(env)).toThrow(InputError)
  })
})
