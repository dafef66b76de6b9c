import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { seedTenants } from '../src/seed.ts'
import { type Route, routes } from '../src/routes.ts'
import { type Call, type RunningService, ask } from './running-service.ts'

const admin = seedTenants[0]?.adminToken ?? ''
const reader = seedTenants[0]?.readerToken ?? ''
const digest = createHash('sha256').update(admin).digest('hex')

/** Ways to come without a valid token. Each is sent to each route. */
const strangers: readonly { title: string; headers?: Record<string, string>; search?: string }[] = [
  { title: 'no token' },
  { title: 'an unknown token', headers: { authorization: 'Bearer demo-unknown-admin' } },
  { title: 'an empty token', headers: { authorization: 'Bearer ' } },
  { title: 'half a token', headers: { authorization: `Bearer ${admin.slice(0, -1)}` } },
  { title: 'a token and more', headers: { authorization: `Bearer ${admin}x` } },
  { title: 'two tokens', headers: { authorization: `Bearer ${admin}, Bearer ${admin}` } },
  { title: 'another scheme', headers: { authorization: `Basic ${btoa(`ada:${admin}`)}` } },
  { title: 'the stored digest', headers: { authorization: `Bearer ${digest}` } },
  { title: 'a token of 4,000 letters', headers: { authorization: `Bearer ${'a'.repeat(4_000)}` } },
  { title: 'SQL for a token', headers: { authorization: "Bearer ' or true --" } },
  { title: 'the token in the query', search: `?access_token=${admin}` },
  { title: 'the token in a cookie', headers: { cookie: `token=${admin}; authorization=${admin}` } },
]

/** Each route refuses everybody without a valid token, and does nothing for them. */
export function probeAuthentication(service: () => RunningService): void {
  for (const route of routes) {
    for (const { title, headers = {}, search = '' } of strangers) {
      it(`${route.method} ${route.path} is refused: ${title}`, async () => {
        const call = callOf(route)
        const reply = await ask(service().origin, { ...call, path: call.path + search, headers })
        expect(reply).toMatchObject({ status: 401, text: '{"error":"unauthorized"}' })
        expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /)
      })
    }
  }

  it('after all refusals every row is as it was', async () => {
    const [rows] = await countRows(service())
    expect(rows).toEqual({ projects: 9, invoices: 36 })
  })
}

/** A reader may look and not touch. */
export function probeRoles(service: () => RunningService): void {
  for (const route of routes) {
    const expected = route.method === 'GET' ? 200 : 403
    it(`${route.method} ${route.path} answers a reader ${expected}`, async () => {
      const reply = await ask(service().origin, { ...callOf(route), token: reader })
      expect(reply.status).toBe(expected)
    })
  }

  it('after all refusals to readers every row is as it was', async () => {
    const [rows] = await countRows(service())
    expect(rows).toEqual({ projects: 9, invoices: 36 })
  })

  it('an admin may do what a reader may not', async () => {
    const request = { method: 'POST', path: '/projects', token: admin, body: { name: 'Twin' } }
    const created = await ask(service().origin, request)
    expect(created.status).toBe(201)
    const path = `/projects/${/"id":"([^"]+)"/.exec(created.text)?.[1]}`
    const removed = await ask(service().origin, { method: 'DELETE', path, token: admin })
    expect(removed.status).toBe(204)
  })
}

/** Every tenant's rows together, past the policies. */
export function countRows(service: RunningService): Promise<Record<string, unknown>[]> {
  return service.database.administer(`
    select (select count(*)::integer from projects) as projects,
      (select count(*)::integer from invoices) as invoices
  `)
}

/** A request that would succeed with an admin's token. */
function callOf(route: Route): Call {
  const kind = route.path.startsWith('/projects') ? '0001' : '0003'
  const path = route.path.replace(':id', `a1000000-${kind}-4000-8000-000000000001`)
  const writes = route.method === 'POST' || route.method === 'PATCH'
  return { method: route.method, path, ...(writes ? { body: { name: 'Written' } } : {}) }
}
