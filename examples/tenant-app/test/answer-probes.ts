import { once } from 'node:events'
import { expect, it } from 'vitest'
import { seedTenants } from '../src/seed.ts'
import { connect } from '../src/database.ts'
import { createService } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'
import { readObject } from './party.ts'
import { type Call, type Reply, type RunningService, ask, sendRaw } from './running-service.ts'

const token = seedTenants[0]?.adminToken ?? ''
const absent = '/projects/a1000000-0001-4000-8000-00000000ffff'
const inUse = '/projects/a1000000-0001-4000-8000-000000000000'

/** One request for each kind of answer. */
const answers: readonly { status: number; call: Call }[] = [
  { status: 200, call: { path: '/whoami', token } },
  { status: 401, call: { path: '/whoami' } },
  {
    status: 403,
    call: { path: inUse, method: 'DELETE', token: seedTenants[0]?.readerToken ?? '' },
  },
  { status: 404, call: { path: absent, token } },
  { status: 405, call: { path: '/whoami', method: 'PUT', token } },
  { status: 409, call: { path: inUse, method: 'DELETE', token } },
  { status: 413, call: { path: '/projects', method: 'POST', token, body: ' '.repeat(20_000) } },
  { status: 415, call: { path: absent, method: 'PATCH', token } },
  { status: 422, call: { path: '/projects', method: 'POST', token, body: {} } },
]

/** Paths that some server somewhere reads as another path. */
const paths = [
  '/projects/',
  '//projects',
  '/./projects',
  '/health/../projects',
  '/projects%2f',
  '/PROJECTS',
  '/projects;a=b',
  '/projects/%00',
  '/projects/..',
  '/projects/../../etc/passwd',
  '/health/',
  '/',
  'http://other.example/projects',
  '/projects/A1000000-0001-4000-8000-000000000000',
  '/__proto__',
]

/** What every answer carries, and what none may. */
export function probeAnswers(service: () => RunningService): void {
  for (const { status, call } of answers) {
    it(`an answer of ${status} carries the security headers and nothing internal`, async () => {
      const reply = await ask(service().origin, call)
      expect(reply.status).toBe(status)
      expectGuarded(reply)
    })
  }
  for (const path of paths) {
    it(`the path ${path} leads nowhere, even with a token`, async () => {
      const head = `host: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`
      const reply = await sendRaw(service().port, `GET ${path} HTTP/1.1\r\n${head}`)
      expect(reply).toMatch(/^HTTP\/1\.1 404 /)
    })
  }
  it.each(['PUT', 'HEAD', 'OPTIONS', 'TRACE'])('%s on a list is answered 405', async (method) => {
    const head = `host: a\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`
    const reply = await sendRaw(service().port, `${method} /projects HTTP/1.1\r\n${head}`)
    expect(reply).toMatch(/^HTTP\/1\.1 405 /)
    expect(reply).toMatch(/^allow: GET, POST\r$/im)
  })
  it('health tells status and build, and nothing else', async () => {
    const reply = await ask(service().origin, { path: '/health' })
    expectGuarded(reply)
    expect(readObject(reply)).toEqual({ status: 'ok', build: 'test' })
  })
  probeFailure(service)
}

function probeFailure(service: () => RunningService): void {
  it('a failure inside is answered 500 without its cause, and logged without secrets', async () => {
    const log: string[] = []
    const settings = readSettings({ APP_ENV: 'test', DATABASE_URL: service().database.url })
    const pool = connect(settings.databaseUrl)
    await pool.end()
    const server = createService({ settings, pool, build: 'test', log: (line) => log.push(line) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const call = { path: '/projects?note=private', token }
    const reply = await ask(`http://127.0.0.1:${port}`, call)
    server.closeAllConnections()
    server.close()
    expect(reply).toMatchObject({ status: 500, text: '{"error":"internal"}' })
    expectGuarded(reply)
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('/projects')
    expect(log[0]).not.toMatch(new RegExp(`${token}|private|Bearer`))
  })

  it('nothing that a caller sent made the service itself fail', () => {
    expect(service().log).toEqual([])
  })
}

function expectGuarded(reply: Reply): void {
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'content-type': 'application/json; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  const telling = ['server', 'x-powered-by', 'access-control-allow-origin', 'set-cookie']
  expect(telling.filter((name) => reply.headers.has(name))).toEqual([])
  expect(reply.text).not.toMatch(/\bat .*:\d+|node:|\.ts\b|\.mjs\b|postgres|select |policy/i)
}
