import type { EntryOnRecord } from '@bulkhead/ledger'
import { type AuditMeans, type PolicyAudit, auditByPolicy } from './ledger-audit.ts'
import type { Workspace } from './workspace.ts'

/** A log in memory, with all that `ledger verify` says of it. */
export interface ReadLedger extends PolicyAudit {
  /** Every entry that could be read, in order, also those that do not count. */
  readonly entries: readonly EntryOnRecord[]
}

/** Reads the whole ledger of an environment, and judges it exactly as `ledger verify` does. */
export async function auditLedger(
  workspace: Workspace,
  environment: string,
  genesis?: string,
  means: Pick<AuditMeans, 'reader'> = {},
): Promise<ReadLedger> {
  const entries: EntryOnRecord[] = []
  const question = {
    environment: () => Promise.resolve(environment),
    ...(genesis === undefined ? {} : { genesis }),
  }
  const onEntry = (entry: EntryOnRecord) => void entries.push(withoutBytes(entry))
  const audit = await auditByPolicy(workspace, question, { ...means, onEntry })
  return { ...audit, entries }
}

/** What is read here may carry its bytes, which nobody needs who was told what they say. */
function withoutBytes(entry: EntryOnRecord & { readonly bytes?: Buffer }): EntryOnRecord {
  const { bytes: _bytes, ...rest } = entry
  return rest
}
