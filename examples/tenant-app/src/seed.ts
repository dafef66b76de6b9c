import { createHash } from 'node:crypto'

/** A tenant of the demo, with one user who may write and one who may only read. */
export interface SeedTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly adminToken: string
  readonly readerToken: string
  /** Starts every invoice number of this tenant. */
  readonly prefix: string
}

/** Demo data only: these tokens open nothing but a throw-away database on this machine. */
export const seedTenants: readonly SeedTenant[] = [
  seedTenant('a1', 'harbour-bakery', 'Harbour Bakery', 'HB'),
  seedTenant('b2', 'lumen-optics', 'Lumen Optics', 'LO'),
  seedTenant('c3', 'quarry-cycles', 'Quarry Cycles', 'QC'),
]

const projectNames = ['Winter menu', 'Shop front', 'Online orders']
const invoicesPerProject = 4

/** The SQL that fills an empty schema: two users, three projects and twelve invoices per tenant. */
export function seedStatements(): string {
  return seedTenants.map((tenant, place) => tenantStatements(tenant, place)).join('\n')
}

function seedTenant(key: string, slug: string, name: string, prefix: string): SeedTenant {
  const id = `${key}000000-0000-4000-8000-000000000000`
  return {
    id,
    slug,
    name,
    prefix,
    adminToken: `demo-${slug}-admin`,
    readerToken: `demo-${slug}-reader`,
  }
}

function tenantStatements(tenant: SeedTenant, place: number): string {
  const { id, slug, name } = tenant
  const users = [
    userRow(tenant, 1, 'admin', tenant.adminToken),
    userRow(tenant, 2, 'reader', tenant.readerToken),
  ]
  const projects = projectNames.map(
    (project, index) => `('${id}', '${rowId(tenant, 'p', index)}', '${name}: ${project}')`,
  )
  const invoices = projectNames.flatMap((_, project) => invoiceRows(tenant, place, project))
  return `
insert into tenants (id, slug, name) values ('${id}', '${slug}', '${name}');
insert into users (tenant_id, id, name, email, role, token_digest) values ${users.join(', ')};
insert into projects (tenant_id, id, name) values ${projects.join(', ')};
insert into invoices (tenant_id, id, project_id, number, customer, amount_cents, currency, status, issued_on)
values ${invoices.join(', ')};`
}

function userRow(tenant: SeedTenant, index: number, role: string, token: string): string {
  const digest = createHash('sha256').update(token).digest('hex')
  const email = `${role}@${tenant.slug}.example`
  const name = `${tenant.name} ${role}`
  return `('${tenant.id}', '${rowId(tenant, 'e', index)}', '${name}', '${email}', '${role}', '\\x${digest}')`
}

function invoiceRows(tenant: SeedTenant, place: number, project: number): string[] {
  return Array.from({ length: invoicesPerProject }, (_, index) => {
    const serial = project * invoicesPerProject + index + 1
    const number = `${tenant.prefix}-2026-${String(serial).padStart(4, '0')}`
    // No two tenants share an amount or a total, so a sum that mixes tenants shows.
    const cents = (place + 1) * 1_000_003 + serial * 1_301
    const status = index === 0 ? 'paid' : 'open'
    const values = [tenant.id, rowId(tenant, 'f', serial), rowId(tenant, 'p', project), number]
    const quoted = [...values, `Customer ${serial} of ${tenant.name}`].map((text) => `'${text}'`)
    return `(${quoted.join(', ')}, ${cents}, 'EUR', '${status}', date '2026-01-01' + ${serial})`
  })
}

/** Ids that tell tenant, kind and index, so that a leak is readable in a failing test. */
function rowId(tenant: SeedTenant, kind: 'p' | 'e' | 'f', index: number): string {
  const kinds = { p: '1', e: '2', f: '3' }
  const serial = String(index).padStart(12, '0')
  return `${tenant.id.slice(0, 8)}-000${kinds[kind]}-4000-8000-${serial}`
}
