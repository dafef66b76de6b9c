import postgres, { type Sql, type TransactionSql } from 'postgres'
import { expect, it } from 'vitest'
import type { Pair } from './service-probes.ts'

/** Tables of rows that belong to a tenant, and which column says to which. */
const tables = [
  { table: 'tenants', column: 'id' },
  { table: 'users', column: 'tenant_id' },
  { table: 'projects', column: 'tenant_id' },
  { table: 'invoices', column: 'tenant_id' },
] as const

const writable = tables.slice(2)

/** SQLSTATE of a row that a policy refuses. */
const refused = '42501'

/** Statements without any tenant filter, with the service's own role: only the policies stand. */
export function probePolicies(pool: () => Sql, pair: Pair): void {
  for (const { table, column } of tables) probeSelect(table, column, pool, pair)
  for (const { table } of writable) {
    probeUpdate(table, pool, pair)
    probeDelete(table, pool, pair)
    probeMove(table, pool, pair)
  }
  probeInsert(pool, pair)
}

function probeSelect(table: string, column: string, pool: () => Sql, pair: Pair): void {
  it(`${table}: an unfiltered select sees the own rows`, async () => {
    const { owner } = pair()
    const seen = await inTenant(pool(), owner.tenantId, (sql) => owners(sql, table, column))
    expect([...new Set(seen)]).toEqual([owner.tenantId])
  })

  it(`${table}: without a tenant an unfiltered select sees nothing`, async () => {
    expect(await inTenant(pool(), '', (sql) => owners(sql, table, column))).toEqual([])
  })
}

function probeUpdate(table: string, pool: () => Sql, pair: Pair): void {
  it(`${table}: an unfiltered update touches the own rows`, async () => {
    const { owner } = pair()
    const touched = await inTenant(pool(), owner.tenantId, async (sql) => {
      const rows = await sql<{ tenant_id: string }[]>`
        update ${sql(table)} set id = id returning tenant_id
      `
      return rows.map((row) => row.tenant_id)
    })
    expect([...new Set(touched)]).toEqual([owner.tenantId])
  })
}

function probeDelete(table: string, pool: () => Sql, pair: Pair): void {
  it(`${table}: an unfiltered delete removes the own rows`, async () => {
    const { owner } = pair()
    const removed = await inTenant(pool(), owner.tenantId, async (sql) => {
      if (table === 'projects') await sql`delete from invoices`
      const rows = await sql<{ tenant_id: string }[]>`
        delete from ${sql(table)} returning tenant_id
      `
      return rows.map((row) => row.tenant_id)
    })
    expect([...new Set(removed)]).toEqual([owner.tenantId])
  })
}

function probeMove(table: string, pool: () => Sql, pair: Pair): void {
  it(`${table}: a row cannot be given to another tenant`, async () => {
    const { owner, intruder } = pair()
    const give = (to: string) =>
      inTenant(pool(), owner.tenantId, (sql) => sql`update ${sql(table)} set tenant_id = ${to}`)
    expect(await outcomeOf(give(owner.tenantId))).toBe('done')
    expect(await outcomeOf(give(intruder.tenantId))).toBe(refused)
  })
}

function probeInsert(pool: () => Sql, pair: Pair): void {
  it("projects: a row cannot be inserted among a stranger's", async () => {
    const { owner, intruder } = pair()
    const insert = (tenant: string) =>
      inTenant(
        pool(),
        intruder.tenantId,
        (sql) => sql`insert into projects (tenant_id, name) values (${tenant}, 'A project')`,
      )
    expect(await outcomeOf(insert(intruder.tenantId))).toBe('done')
    expect(await outcomeOf(insert(owner.tenantId))).toBe(refused)
  })

  it("invoices: a row cannot be inserted among a stranger's", async () => {
    const { owner, intruder } = pair()
    const insert = (tenant: string, project: string | undefined) =>
      inTenant(
        pool(),
        intruder.tenantId,
        (sql) => sql`
          insert into invoices (tenant_id, project_id, number, customer, amount_cents, currency)
          values (${tenant}, ${project ?? ''}, 'P-1', 'A customer', 1, 'EUR')
        `,
      )
    expect(await outcomeOf(insert(intruder.tenantId, intruder.projectIds[0]))).toBe('done')
    expect(await outcomeOf(insert(owner.tenantId, owner.projectIds[0]))).toBe(refused)
  })
}

async function owners(sql: TransactionSql, table: string, column: string): Promise<string[]> {
  const rows = await sql<{ owner: string }[]>`select ${sql(column)} as owner from ${sql(table)}`
  return rows.map((row) => row.owner)
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.code
    throw error
  }
}

/** Runs the statements as the tenant and undoes them: no probe changes what the next one finds. */
async function inTenant<T>(
  pool: Sql,
  tenantId: string,
  work: (sql: TransactionSql) => PromiseLike<T>,
): Promise<T> {
  const undo = new Error('undo')
  const results: T[] = []
  try {
    await pool.begin(async (sql) => {
      await sql`select set_config('app.tenant', ${tenantId}, true)`
      results.push(await work(sql))
      throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
  const [result] = results
  if (result === undefined) throw new Error('the work gave nothing')
  return result
}
