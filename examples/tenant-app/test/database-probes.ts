import { describe, expect, it } from 'vitest'
import { connect, refuseMightyRole } from '../src/database.ts'
import type { RunningService } from './running-service.ts'

/** What must hold of roles, tables, views and functions for the policies to mean anything. */
export function probeDatabase(service: () => RunningService): void {
  describe('structure', () => probeStructure(service))
  describe('role', () => probeRole(service))
}

function probeStructure(service: () => RunningService): void {
  const names = async (statement: string) =>
    (await service().database.query(statement)).map((row) => row['name'])

  it('row-level security is enabled and forced on every table', async () => {
    const tables = await service().database.query(`
      select relname as name, relrowsecurity and relforcerowsecurity as guarded
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      order by relname
    `)
    expect(tables).toEqual(
      ['invoices', 'projects', 'tenants', 'users'].map((name) => ({ name, guarded: true })),
    )
  })

  // Permissive policies add up: one more is one more way in.
  it('each table has exactly one policy', async () => {
    expect(await names('select tablename as name from pg_policies order by tablename')).toEqual([
      'invoices',
      'projects',
      'tenants',
      'users',
    ])
  })

  it('the one relation that looks past the policies is the totals view', async () => {
    const statement = `
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')
        and not coalesce(reloptions::text like '%security_invoker=true%', false)
    `
    expect(await names(statement)).toEqual(['invoice_totals'])
  })

  it('the one function that looks past the policies is sign_in, and not for everybody', async () => {
    const functions = await service().database.query(`
      select proname as name, proacl::text ~ '(^|[{,])=X' as everybody from pg_proc
      where pronamespace = 'public'::regnamespace and prosecdef
    `)
    expect(functions).toEqual([{ name: 'sign_in', everybody: false }])
  })
}

function probeRole(service: () => RunningService): void {
  it('the service is neither superuser nor exempt from policies', async () => {
    const rows = await service().database.query(`
      select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user
    `)
    const none = { rolsuper: false, rolbypassrls: false, rolcreaterole: false }
    expect(rows).toEqual([{ rolname: 'tenant_app', ...none }])
  })

  it('the service refuses to start with a role that is exempt from policies', async () => {
    const { database } = service()
    const pool = connect(database.url)
    await expect(refuseMightyRole(pool)).resolves.toBeUndefined()
    await database.administer('alter role tenant_app bypassrls')
    const mighty = await refuseMightyRole(pool).catch(String)
    await database.administer('alter role tenant_app nobypassrls')
    expect(mighty).toContain('passes row-level security')
    await pool.end({ timeout: 1 })
  })

  it.each([
    'select token_digest from users',
    `insert into users (tenant_id) values (gen_random_uuid())`,
    `update tenants set name = 'Mine'`,
    'truncate invoices',
    'alter table projects disable row level security',
    'create table loot (tenant_id uuid)',
    'set role postgres',
  ])('the service may not: %s', async (statement) => {
    await expect(service().database.query(statement)).rejects.toMatchObject({ code: '42501' })
  })
}
