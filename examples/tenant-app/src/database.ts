import postgres, { type Sql } from 'postgres'
import { Problem } from './answer.ts'

/**
 * One connection: requests are a millisecond of database time, and the embedded database serves one
 * transaction at a time anyway. No prepared statements and no look-up of types: both would talk to
 * the database outside a transaction.
 */
export function connect(databaseUrl: string): Sql {
  return postgres(databaseUrl, {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: 'tenant-app' },
  })
}

/**
 * Refuses a role that the policies do not bind.
 *
 * @throws Error when the role is superuser or has BYPASSRLS, or when the database does not answer.
 */
export async function refuseMightyRole(pool: Sql): Promise<void> {
  await pool.begin(async (sql) => {
    const [role] = await sql<{ name: string; mighty: boolean }[]>`
      select rolname as name, rolsuper or rolbypassrls as mighty
      from pg_roles where rolname = current_user
    `
    if (!role || role.mighty) {
      throw new Error(
        `the role ${role?.name ?? 'unknown'} passes row-level security; use tenant_app`,
      )
    }
  })
}

/** SQLSTATE (Postgres manual, appendix A) of conflicts that a caller can cause and mend. */
const conflicts: Readonly<Record<string, Problem>> = {
  '23505': new Problem(409, 'already_exists'),
  '22P05': new Problem(422, 'invalid_text'),
  '22021': new Problem(422, 'invalid_text'),
}

/** The problem that a database error means for the caller, if it is the caller's. */
export function conflictOf(error: unknown, method: string): Problem | undefined {
  if (!(error instanceof postgres.PostgresError)) return undefined
  // The same code for both directions of a foreign key: a row still in use, or one that is not there.
  if (error.code === '23503') {
    return method === 'DELETE' ? new Problem(409, 'in_use') : new Problem(422, 'invalid_project_id')
  }
  return conflicts[error.code]
}
