import type { EntryOnRecord, ReleaseOnRecord } from '@bulkhead/ledger'
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
  const onEntry = (entry: EntryOnRecord) => void entries.push(plainEntry(entry))
  const audit = await auditByPolicy(workspace, question, { ...means, onEntry })
  return { ...audit, entries }
}

/**
 * Its members, and those of its parts, in one order, however it was read; and not its bytes, which nobody
 * needs who was told what they say.
 */
const plainEntry = (entry: EntryOnRecord): EntryOnRecord => ({
  index: entry.index,
  kind: entry.kind,
  at: entry.at,
  environment: entry.environment,
  origin: entry.origin,
  previous: entry.previous,
  digest: entry.digest,
  signer: entry.signer,
  ...(entry.fence !== undefined && { fence: entry.fence }),
  ...(entry.release !== undefined && { release: plainRelease(entry.release) }),
  actors: entry.actors.map(({ role, provider, id }) => ({ role, provider, id })),
  data: entry.data,
  runner: entry.runner,
})

const plainRelease = ({ commit, artifacts }: ReleaseOnRecord): ReleaseOnRecord => ({
  commit,
  artifacts: artifacts.map(({ name, digest }) => ({ name, digest })),
})
