import type { Answer } from './answer.ts'
import { formatMoney } from './money.ts'
import type { Exchange } from './routes.ts'

interface TotalRow {
  readonly project_id: string
  readonly project_name: string
  readonly currency: string
  readonly status: string
  readonly invoice_count: number
  /** A bigint comes as text. */
  readonly amount_cents: string
}

/**
 * `GET /reports/invoices`: totals by project, currency and status.
 *
 * The view sums over all tenants and no policy applies to it, so the filter here is the only guard.
 */
export async function reportInvoices({ sql, caller, settings }: Exchange): Promise<Answer> {
  const rows = await sql<TotalRow[]>`
    select project_id, project_name, currency, status, invoice_count, amount_cents
    from invoice_totals
    where tenant_id = ${caller.tenantId}
    order by project_name, currency, status
  `
  const totals = rows.map((row) => {
    const cents = Number(row.amount_cents)
    const amount = formatMoney(cents, row.currency, settings.locale)
    return { ...row, amount_cents: cents, amount }
  })
  return { status: 200, body: { totals } }
}
