import { expect } from 'vitest'
import type { SeedTenant } from '../src/seed.ts'
import { type Call, type Reply, type RunningService, ask } from './running-service.ts'

/** A tenant as its own admin sees it through the service. */
export interface Party {
  readonly name: string
  readonly tenantId: string
  readonly projectIds: readonly string[]
  readonly invoiceIds: readonly string[]
  /** Texts that only this tenant's rows hold: one of them in another tenant's answer is a leak. */
  readonly canaries: readonly string[]
  readonly call: (call: Call) => Promise<Reply>
}

/** One element of a list that the service answers. */
export type Row = Readonly<Record<string, unknown>>

/** Signs in as the tenant's admin and collects what is the tenant's own. */
export async function meetParty(service: RunningService, tenant: SeedTenant): Promise<Party> {
  const call = (request: Call) => askConclusively(service, { token: tenant.adminToken, ...request })
  const me = readObject(await call({ path: '/whoami' }))
  const projects = readRows(await call({ path: '/projects' }), 'projects')
  const invoices = readRows(await call({ path: '/invoices' }), 'invoices')
  const rows = [readRow(me, 'tenant'), readRow(me, 'user'), ...projects, ...invoices]
  const telling = ['id', 'slug', 'name', 'number', 'customer']
  const canaries = rows.flatMap((row) => telling.flatMap((field) => textsOf(row[field])))
  return {
    name: tenant.name,
    tenantId: tenant.id,
    projectIds: projects.map((row) => String(row['id'])),
    invoiceIds: invoices.map((row) => String(row['id'])),
    canaries,
    call,
  }
}

/** A 401 says nothing about isolation: everything is refused to nobody. It ends the test as failed. */
async function askConclusively(service: RunningService, call: Call): Promise<Reply> {
  const reply = await ask(service.origin, call)
  if (reply.status === 401) throw new Error('inconclusive: the token was not accepted')
  return reply
}

/**
 * What an intruder tries on a path: the plain request, and the same with another tenant's id in every
 * place where a careless service might look for one.
 */
export async function intrude(intruder: Party, owner: Party, call: Call): Promise<Reply[]> {
  return [await intruder.call(call), await intruder.call(spoof(owner, call))]
}

/** The request with the owner's tenant id in headers and query. */
export function spoof(owner: Party, call: Call): Call {
  const id = owner.tenantId
  const headers = { 'x-tenant-id': id, 'x-tenant': id, 'tenant-id': id, cookie: `tenant=${id}` }
  const mark = call.path.includes('?') ? '&' : '?'
  return { ...call, path: `${call.path}${mark}tenant_id=${id}&tenant=${id}`, headers }
}

/** Fails when the answer holds anything of the owner's. */
export function expectNothingOf(owner: Party, reply: Reply): void {
  const everything = reply.text + JSON.stringify([...reply.headers])
  expect(owner.canaries.filter((canary) => everything.includes(canary))).toEqual([])
}

/** The list under `name`, which must not be empty: an empty answer proves no isolation. */
export function readRows(reply: Reply, name: string): Row[] {
  expect(reply.status).toBe(200)
  const rows = readObject(reply)[name]
  if (!Array.isArray(rows) || rows.length === 0) throw new Error(`inconclusive: no ${name} at all`)
  return rows.filter(isRow)
}

/** The answer's JSON object. */
export function readObject(reply: Reply): Row {
  const value: unknown = JSON.parse(reply.text)
  if (!isRow(value)) throw new Error('the answer is not a JSON object')
  return value
}

function readRow(row: Row, name: string): Row {
  const value = row[name]
  if (!isRow(value)) throw new Error(`the answer has no ${name}`)
  return value
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

function textsOf(value: unknown): string[] {
  return typeof value === 'string' && value.length > 4 ? [value] : []
}
