import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedTenants } from '../src/seed.ts'
import { connect } from '../src/database.ts'
import { probeDatabase } from './database-probes.ts'
import { type Party, expectNothingOf, meetParty, readObject } from './party.ts'
import { probePolicies } from './policy-probes.ts'
import { type RunningService, startService } from './running-service.ts'
import { probeReferences, probeReport, probeResources } from './service-probes.ts'

const tables = ['tenants', 'users', 'projects', 'invoices']
const [firstSeed, secondSeed] = seedTenants
let service: RunningService
let pool: Sql
let first: Party
let second: Party

beforeAll(async () => {
  if (!firstSeed || !secondSeed) throw new Error('inconclusive: isolation takes two tenants')
  service = await startService()
  pool = connect(service.database.url)
  first = await meetParty(service, firstSeed)
  second = await meetParty(service, secondSeed)
})

afterAll(async () => {
  await pool?.end({ timeout: 1 })
  await service?.stop()
})

const pairs = [
  {
    title: `${firstSeed?.name} against ${secondSeed?.name}`,
    pair: () => ({ intruder: first, owner: second }),
  },
  {
    title: `${secondSeed?.name} against ${firstSeed?.name}`,
    pair: () => ({ intruder: second, owner: first }),
  },
]

describe('preconditions', () => {
  it('the two tokens are of different tenants', async () => {
    const tenants = await Promise.all(
      [first, second].map((party) => party.call({ path: '/whoami' })),
    )
    const ids = tenants.map((reply) => readObject(reply)['tenant'])
    expect(ids).toMatchObject([{ id: firstSeed?.id }, { id: secondSeed?.id }])
    expect(firstSeed?.id).not.toBe(secondSeed?.id)
  })

  it('both tenants own rows of every kind, and none looks like the other', () => {
    for (const party of [first, second]) {
      expect(party.projectIds.length).toBeGreaterThan(1)
      expect(party.invoiceIds.length).toBeGreaterThan(1)
    }
    expect(first.canaries.filter((canary) => second.canaries.includes(canary))).toEqual([])
  })
})

describe('the database', () => probeDatabase(() => service))

describe.each(pairs)('the service as shipped: $title', ({ pair }) => {
  probeResources(pair)
  probeReferences(pair)
  probeReport(pair)

  it('requests under way at the same time do not meet', async () => {
    const { intruder, owner } = pair()
    const turns = Array.from({ length: 40 }, (_, turn) => (turn % 2 === 0 ? intruder : owner))
    await Promise.all(
      turns.map(async (party) => {
        const reply = await party.call({ path: '/invoices' })
        expect(reply.text).toContain(party.invoiceIds[1])
        expectNothingOf(party === intruder ? owner : intruder, reply)
      }),
    )
  })

  it('no tenant remains on the connection after a request', async () => {
    expect((await pair().owner.call({ path: '/invoices' })).status).toBe(200)
    const [row] = await service.database.query(
      `select coalesce(current_setting('app.tenant', true), '') as tenant`,
    )
    expect(row).toEqual({ tenant: '' })
  })
})

describe.each(pairs)('the filters alone, policies off: $title', ({ pair }) => {
  const switchPolicies = (change: 'enable' | 'disable') =>
    service.database.administer(
      tables.map((table) => `alter table ${table} ${change} row level security;`).join('\n'),
    )
  beforeAll(() => switchPolicies('disable'))
  afterAll(() => switchPolicies('enable'))

  it('the policies are off', async () => {
    const rows = await service.database.query('select distinct tenant_id from projects')
    expect(rows.length).toBe(seedTenants.length)
  })

  probeResources(pair)
  probeReferences(pair)
})

describe.each(pairs)('the policies alone, no filters: $title', ({ pair }) => {
  probePolicies(() => pool, pair)
})
