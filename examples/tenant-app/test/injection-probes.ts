import { expect, it } from 'vitest'
import { seedTenants } from '../src/seed.ts'
import { countRows } from './authentication-probes.ts'
import { expectNothingOf, meetParty, readObject } from './party.ts'
import { type RunningService, ask } from './running-service.ts'

const token = seedTenants[0]?.adminToken ?? ''

/** Texts that change a query where it is glued together. */
const payloads = [
  "' or '1'='1",
  "'; delete from invoices; --",
  "' union select token_digest from users --",
  '1; drop table projects',
  '$1',
  '${caller.tenantId}',
  "\\'; reset role; --",
  "a1000000-0001-4000-8000-000000000001' or true --",
]

/** Places in a request where a text reaches a query, or is turned away before. */
const places = [
  { title: 'project id', status: 404, path: (text: string) => `/projects/${text}` },
  { title: 'invoice id', status: 404, path: (text: string) => `/invoices/${text}` },
  { title: 'status filter', status: 422, path: (text: string) => `/invoices?status=${text}` },
  { title: 'project filter', status: 422, path: (text: string) => `/invoices?project=${text}` },
  { title: 'limit', status: 422, path: (text: string) => `/invoices?limit=${text}` },
]

/** SQL where data belongs is refused or kept as the text it is. */
export function probeInjection(service: () => RunningService): void {
  for (const { title, status, path } of places) {
    for (const payload of payloads) {
      it(`as ${title}: ${payload}`, async () => {
        const call = { path: path(encodeURIComponent(payload)), token }
        const reply = await ask(service().origin, call)
        expect(reply.status).toBe(status)
        expect(reply.text).not.toContain('syntax')
        expect(await countRows(service())).toEqual([{ projects: 9, invoices: 36 }])
      })
    }
  }
  for (const payload of payloads) {
    it(`as project name: ${payload}`, async () => {
      const request = { method: 'POST', path: '/projects', token, body: { name: payload } }
      const created = readObject(await ask(service().origin, request))
      expect(created['name']).toBe(payload)
      const path = `/projects/${String(created['id'])}`
      expect(readObject(await ask(service().origin, { path, token }))['name']).toBe(payload)
      await ask(service().origin, { method: 'DELETE', path, token })
      expect(await countRows(service())).toEqual([{ projects: 9, invoices: 36 }])
    })
  }
  probeWildcards(service)
}

function probeWildcards(service: () => RunningService): void {
  it('a parameter given twice widens nothing', async () => {
    const [own, other] = seedTenants
    if (!own || !other) throw new Error('inconclusive: this takes two tenants')
    const owner = await meetParty(service(), other)
    const path = `/invoices?project=${owner.projectIds[0]}&project=${owner.projectIds[1]}`
    const reply = await ask(service().origin, { path, token })
    expect(reply.text).toBe('{"invoices":[]}')
    expectNothingOf(owner, reply)
  })
}
