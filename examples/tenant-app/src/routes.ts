import type { Answer } from './answer.ts'
import { reportInvoices } from './invoice-report.ts'
import {
  createInvoice,
  deleteInvoice,
  getInvoice,
  listInvoices,
  updateInvoice,
} from './invoices.ts'
import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  updateProject,
} from './projects.ts'
import type { Settings } from './settings.ts'
import type { TenantScope } from './tenant-transaction.ts'
import { whoami } from './whoami.ts'

/** One authenticated request, inside its tenant's transaction. */
export interface Exchange extends TenantScope {
  readonly settings: Settings
  /** The `:id` of the path, a UUID; empty where the path has none. */
  readonly id: string
  readonly query: URLSearchParams
  /** Parses the body. Throws Problem 400 or 415. */
  readonly body: () => Map<string, unknown>
}

/** A method on a path. `:id` stands for a UUID. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly handle: (exchange: Exchange) => Promise<Answer>
}

/** Every route that needs a token; `/health` is the only one without. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/whoami', handle: whoami },
  { method: 'GET', path: '/projects', handle: listProjects },
  { method: 'POST', path: '/projects', handle: createProject },
  { method: 'GET', path: '/projects/:id', handle: getProject },
  { method: 'PATCH', path: '/projects/:id', handle: updateProject },
  { method: 'DELETE', path: '/projects/:id', handle: deleteProject },
  { method: 'GET', path: '/invoices', handle: listInvoices },
  { method: 'POST', path: '/invoices', handle: createInvoice },
  { method: 'GET', path: '/invoices/:id', handle: getInvoice },
  { method: 'PATCH', path: '/invoices/:id', handle: updateInvoice },
  { method: 'DELETE', path: '/invoices/:id', handle: deleteInvoice },
  { method: 'GET', path: '/reports/invoices', handle: reportInvoices },
]
