import { randomUUID } from 'node:crypto'
import type { Party } from './party.ts'

/** A kind of row that tenants own, and how to write one. */
export interface Resource {
  readonly name: 'projects' | 'invoices'
  /** Ids of the party's own rows. */
  readonly idsOf: (party: Party) => readonly string[]
  /** A body that the party may create a row with. */
  readonly draft: (party: Party) => Readonly<Record<string, unknown>>
  /** The field that the update probes change. */
  readonly field: string
}

/** Every resource of the service: a new one belongs here, and gets all probes. */
export const resources: readonly Resource[] = [
  {
    name: 'projects',
    idsOf: (party) => party.projectIds,
    draft: () => ({ name: `Draft ${randomUUID()}` }),
    field: 'name',
  },
  {
    name: 'invoices',
    idsOf: (party) => party.invoiceIds,
    draft: (party) => invoiceDraft(party.projectIds[0]),
    field: 'customer',
  },
]

/** An invoice with a number of its own for the given project. */
export function invoiceDraft(projectId: string | undefined): Readonly<Record<string, unknown>> {
  return {
    project_id: projectId,
    number: randomUUID(),
    customer: 'A customer',
    amount_cents: 4_200,
    currency: 'EUR',
  }
}
