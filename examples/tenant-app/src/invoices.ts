import { type Answer, Problem, notFound } from './answer.ts'
import { type InputFields, isUuid, openFields, required } from './input-fields.ts'
import { formatMoney } from './money.ts'
import type { Exchange } from './routes.ts'

interface InvoiceRow {
  readonly id: string
  readonly project_id: string
  readonly number: string
  readonly customer: string
  readonly amount_cents: number
  readonly currency: string
  readonly status: string
  readonly issued_on: string
}

const statuses = ['open', 'paid', 'void']
const currencies = ['EUR', 'GBP', 'USD']
const editable = ['customer', 'amount_cents', 'status', 'issued_on', 'project_id']
const fields = [...editable, 'number', 'currency']
const maxCents = 1_000_000_000

/** `GET /invoices?status=…&project=…&limit=…`, by number. */
export async function listInvoices({ sql, caller, query, settings }: Exchange): Promise<Answer> {
  const { status, project, limit } = readListQuery(query)
  const rows = await sql<InvoiceRow[]>`
    select ${columns(sql)}
    from invoices
    where (${status}::text is null or status = ${status})
    and (${project}::uuid is null or project_id = ${project})
    and tenant_id = ${caller.tenantId}
    order by number
    limit ${limit}
  `
  return { status: 200, body: { invoices: rows.map((row) => present(row, settings.locale)) } }
}

/** `GET /invoices/:id` */
export async function getInvoice({ sql, caller, id, settings }: Exchange): Promise<Answer> {
  const [row] = await sql<InvoiceRow[]>`
    select ${columns(sql)}
    from invoices
    where id = ${id}
    and tenant_id = ${caller.tenantId}
  `
  if (!row) throw notFound()
  return { status: 200, body: present(row, settings.locale) }
}

/** `POST /invoices` with `{project_id, number, customer, amount_cents, currency, status?, issued_on?}` */
export async function createInvoice({ sql, caller, body, settings }: Exchange): Promise<Answer> {
  const input = readNewInvoice(openFields(body(), fields))
  const [row] = await sql<InvoiceRow[]>`
    insert into invoices
      (tenant_id, project_id, number, customer, amount_cents, currency, status, issued_on)
    values (${caller.tenantId}, ${input.project}, ${input.number}, ${input.customer},
      ${input.cents}, ${input.currency}, coalesce(${input.status}, 'open'),
      coalesce(${input.day}::date, current_date))
    returning ${columns(sql)}
  `
  if (!row) throw new Error('an insert without a conflict clause answers one row')
  return { status: 201, body: present(row, settings.locale) }
}

/** `PATCH /invoices/:id` with any of `{customer, amount_cents, status, issued_on, project_id}` */
export async function updateInvoice(exchange: Exchange): Promise<Answer> {
  const { sql, caller, id, body, settings } = exchange
  const input = openFields(body(), editable)
  const [row] = await sql<InvoiceRow[]>`
    update invoices
    set customer = coalesce(${input.text('customer', 200)}, customer),
      amount_cents = coalesce(${input.count('amount_cents', maxCents)}, amount_cents),
      status = coalesce(${input.oneOf('status', statuses)}, status),
      issued_on = coalesce(${input.day('issued_on')}::date, issued_on),
      project_id = coalesce(${input.id('project_id')}::uuid, project_id)
    where id = ${id}
    and tenant_id = ${caller.tenantId}
    returning ${columns(sql)}
  `
  if (!row) throw notFound()
  return { status: 200, body: present(row, settings.locale) }
}

/** `DELETE /invoices/:id` */
export async function deleteInvoice({ sql, caller, id }: Exchange): Promise<Answer> {
  const deleted = await sql`
    delete from invoices
    where id = ${id}
    and tenant_id = ${caller.tenantId}
  `
  if (deleted.count === 0) throw notFound()
  return { status: 204 }
}

function columns(sql: Exchange['sql']) {
  return sql`id, project_id, number, customer, amount_cents, currency, status,
    to_char(issued_on, 'YYYY-MM-DD') as issued_on`
}

function present(row: InvoiceRow, locale: string) {
  return { ...row, amount: formatMoney(row.amount_cents, row.currency, locale) }
}

function readNewInvoice(input: InputFields) {
  return {
    project: required('project_id', input.id('project_id')),
    number: required('number', input.text('number', 40)),
    customer: required('customer', input.text('customer', 200)),
    cents: required('amount_cents', input.count('amount_cents', maxCents)),
    currency: required('currency', input.oneOf('currency', currencies)),
    status: input.oneOf('status', statuses),
    day: input.day('issued_on'),
  }
}

function readListQuery(query: URLSearchParams) {
  const status = query.get('status')
  if (status !== null && !statuses.includes(status)) throw new Problem(422, 'invalid_status')
  const project = query.get('project')
  if (project !== null && !isUuid(project)) throw new Problem(422, 'invalid_project')
  const limit = query.get('limit') ?? '100'
  if (!/^(100|[1-9]\d?)$/.test(limit)) throw new Problem(422, 'invalid_limit')
  return { status, project, limit: Number(limit) }
}
