import { createHash } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { unauthorized } from './answer.ts'

/** Who asks, as the token says. The only source of the tenant: no header, query or body names it. */
export interface Caller {
  readonly tenantId: string
  readonly tenantSlug: string
  readonly tenantName: string
  readonly userId: string
  readonly userName: string
  readonly role: 'admin' | 'reader'
}

/**
 * Takes the bearer token from an `authorization` header.
 *
 * @throws Problem 401 when there is none, or one of another shape (RFC 6750, section 2.1).
 */
export function readBearerToken(header: string | undefined): string {
  const token = /^Bearer ([A-Za-z0-9._~+/-]{8,200}=*)$/i.exec(header ?? '')?.[1]
  if (token === undefined) throw unauthorized()
  return token
}

/**
 * Finds the user who holds the token, and sets the user's tenant for this transaction only: on the
 * session it would stay, and serve the connection's next user.
 *
 * Only the token's digest is stored and compared, so a stolen copy of the table opens nothing and the
 * comparison's time says nothing about the token.
 *
 * @throws Problem 401 when nobody holds it.
 */
export async function findCaller(transaction: TransactionSql, token: string): Promise<Caller> {
  const digest = createHash('sha256').update(token).digest()
  const [caller] = await transaction<Caller[]>`
    select tenant_id as "tenantId", tenant_slug as "tenantSlug", tenant_name as "tenantName",
      user_id as "userId", user_name as "userName", role,
      set_config('app.tenant', tenant_id::text, true) as setting
    from sign_in(${digest})
  `
  if (!caller) throw unauthorized()
  return caller
}
