import type { Sql, TransactionSql } from 'postgres'
import { type Caller, findCaller } from './caller.ts'

/** What a handler may touch: the caller, and a transaction that the policies bind to the caller's tenant. */
export interface TenantScope {
  readonly caller: Caller
  readonly sql: TransactionSql
}

/**
 * Runs one request's work in one transaction of the caller's tenant.
 *
 * @throws Problem 401 when nobody holds the token.
 */
export async function asTenant<T>(
  pool: Sql,
  token: string,
  work: (scope: TenantScope) => Promise<T>,
): Promise<T> {
  let answer: { value: T } | undefined
  await pool.begin(async (sql) => {
    const caller = await findCaller(sql, token)
    answer = { value: await work({ caller, sql }) }
  })
  if (!answer) throw new Error('the transaction ended without an answer')
  return answer.value
}
