import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type Party,
  type Row,
  expectNothingOf,
  intrude,
  readObject,
  readRows,
  spoof,
} from './party.ts'
import { type Resource, invoiceDraft, resources } from './resource.ts'

/** Two tenants, known once the service runs. */
export type Pair = () => { readonly intruder: Party; readonly owner: Party }

/** Every verb on every resource, through HTTP. The owner's own success comes first in each. */
export function probeResources(pair: Pair): void {
  for (const resource of resources) {
    describe(resource.name, () => {
      probeList(resource, pair)
      probeGet(resource, pair)
      probeCreate(resource, pair)
      probeUpdate(resource, pair)
      probeDelete(resource, pair)
    })
  }
}

function probeList({ name, idsOf }: Resource, pair: Pair): void {
  it('list: each tenant gets its own rows and no other', async () => {
    const { intruder, owner } = pair()
    const path = `/${name}`
    const own = readRows(await owner.call({ path }), name)
    expect(own.map((row) => row['id'])).toEqual(expect.arrayContaining([...idsOf(owner)]))
    for (const reply of await intrude(intruder, owner, { path })) {
      const ids = readRows(reply, name).map((row) => row['id'])
      expect(ids).toEqual(expect.arrayContaining([...idsOf(intruder)]))
      expectNothingOf(owner, reply)
    }
  })
}

function probeGet({ name, idsOf }: Resource, pair: Pair): void {
  it("get: a stranger's row is answered like one that never was", async () => {
    const { intruder, owner } = pair()
    const absent = await intruder.call({ path: `/${name}/${randomUUID()}` })
    for (const id of idsOf(owner)) {
      const path = `/${name}/${id}`
      expect(readObject(await owner.call({ path }))['id']).toBe(id)
      for (const reply of await intrude(intruder, owner, { path })) {
        expect(reply).toMatchObject({ status: 404, text: absent.text })
        expectNothingOf(owner, reply)
      }
    }
  })
}

function probeCreate({ name, draft }: Resource, pair: Pair): void {
  it("create: no row can be put among a stranger's", async () => {
    const { intruder, owner } = pair()
    const path = `/${name}`
    const request = { method: 'POST', path }
    const own = await owner.call({ ...request, body: draft(owner) })
    expect(own.status).toBe(201)
    const named = { ...draft(intruder), tenant_id: owner.tenantId }
    expect((await intruder.call({ ...request, body: named })).status).toBe(422)
    const spoofed = await intruder.call(spoof(owner, { ...request, body: draft(intruder) }))
    expect(spoofed.status).toBe(201)
    const id = String(readObject(spoofed)['id'])
    expect((await intruder.call({ path: `${path}/${id}` })).status).toBe(200)
    expect((await owner.call({ path: `${path}/${id}` })).status).toBe(404)
    expect((await owner.call({ path })).text).not.toContain(id)
  })
}

function probeUpdate({ name, idsOf, field }: Resource, pair: Pair): void {
  it("update: a stranger's row stays as it is", async () => {
    const { intruder, owner } = pair()
    const path = `/${name}/${idsOf(owner)[0]}`
    const kept = `Kept ${randomUUID()}`
    const request = { method: 'PATCH', path }
    expect((await owner.call({ ...request, body: { [field]: kept } })).status).toBe(200)
    const attack = { ...request, body: { [field]: 'Taken over' } }
    for (const reply of await intrude(intruder, owner, attack)) {
      expect(reply.status).toBe(404)
      expectNothingOf(owner, reply)
    }
    expect(readObject(await owner.call({ path }))[field]).toBe(kept)
  })
}

function probeDelete({ name, draft }: Resource, pair: Pair): void {
  it("delete: a stranger's row is still there", async () => {
    const { intruder, owner } = pair()
    const created = await owner.call({ method: 'POST', path: `/${name}`, body: draft(owner) })
    const path = `/${name}/${String(readObject(created)['id'])}`
    for (const reply of await intrude(intruder, owner, { method: 'DELETE', path })) {
      expect(reply.status).toBe(404)
      expectNothingOf(owner, reply)
    }
    expect((await owner.call({ path })).status).toBe(200)
    expect((await owner.call({ method: 'DELETE', path })).status).toBe(204)
    expect((await owner.call({ path })).status).toBe(404)
  })
}

/** What ties two resources together: keys must not tell what another tenant has. */
export function probeReferences(pair: Pair): void {
  it("an invoice cannot be written for a stranger's project", async () => {
    const { intruder, owner } = pair()
    const request = { method: 'POST', path: '/invoices' }
    const own = await owner.call({ ...request, body: invoiceDraft(owner.projectIds[0]) })
    expect(own.status).toBe(201)
    const absent = await intruder.call({ ...request, body: invoiceDraft(randomUUID()) })
    const reply = await intruder.call({ ...request, body: invoiceDraft(owner.projectIds[0]) })
    expect(reply).toMatchObject({ status: 422, text: absent.text })
  })

  it("an invoice cannot be moved to a stranger's project", async () => {
    const { intruder, owner } = pair()
    const request = { method: 'PATCH', path: `/invoices/${intruder.invoiceIds[0]}` }
    const own = { project_id: intruder.projectIds[0] }
    expect((await intruder.call({ ...request, body: own })).status).toBe(200)
    const absent = await intruder.call({ ...request, body: { project_id: randomUUID() } })
    const reply = await intruder.call({ ...request, body: { project_id: owner.projectIds[0] } })
    expect(reply).toMatchObject({ status: 422, text: absent.text })
  })

  it("invoices filtered by a stranger's project are none", async () => {
    const { intruder, owner } = pair()
    const path = `/invoices?project=${owner.projectIds[0]}`
    readRows(await owner.call({ path }), 'invoices')
    for (const reply of await intrude(intruder, owner, { path })) {
      expect(reply).toMatchObject({ status: 200, text: '{"invoices":[]}' })
    }
  })

  it('an invoice number that a stranger uses is free', async () => {
    const { intruder, owner } = pair()
    const draft = invoiceDraft(owner.projectIds[0])
    const request = { method: 'POST', path: '/invoices' }
    expect((await owner.call({ ...request, body: draft })).status).toBe(201)
    expect((await owner.call({ ...request, body: draft })).status).toBe(409)
    const twin = { ...draft, project_id: intruder.projectIds[0] }
    expect((await intruder.call({ ...request, body: twin })).status).toBe(201)
  })
}

/** The report reads a view that no policy applies to. */
export function probeReport(pair: Pair): void {
  it('report: totals are of the own projects alone', async () => {
    const { intruder, owner } = pair()
    const path = '/reports/invoices'
    const own = readRows(await owner.call({ path }), 'totals')
    expect(own.map((row) => row['project_id'])).toContain(owner.projectIds[0])
    const invoices = readRows(await intruder.call({ path: '/invoices' }), 'invoices')
    for (const reply of await intrude(intruder, owner, { path })) {
      expectNothingOf(owner, reply)
      expect(sumCents(readRows(reply, 'totals'))).toBe(sumCents(invoices))
    }
  })
}

function sumCents(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + Number(row['amount_cents']), 0)
}
