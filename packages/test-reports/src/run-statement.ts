import {
  type Signer,
  type Subject,
  type TrustedKey,
  canonicalJson,
  openStatement,
  sealStatement,
} from '@bulkhead/envelope'
import { type CommitId, type Digest, type Finding, hexOf } from '@bulkhead/vocabulary'
import { remark } from './remarks.ts'
import { parseRunRecord } from './run-record-form.ts'
import { RUN_RECORD_TYPE, type RunRecord, type VouchedRun } from './run-record.ts'

const LIMITS = { maxBytes: 12 * 1024 * 1024, maxDepth: 8 }

/** A key whose records count, and how far it is from the tests (DESIGN §10). */
export interface Voucher {
  readonly key: TrustedKey
  readonly separation: 'process' | 'local'
}

export type OpenedRunRecord =
  | { readonly kind: 'vouched'; readonly run: VouchedRun }
  | { readonly kind: 'refused'; readonly finding: Finding }

/** What a record is about: the commit, and every report. A record's subjects are always these. */
function subjectsOf({ commit, reports }: RunRecord): Subject[] {
  return [commitSubject(commit), ...reports.map(({ path, digest }) => reportSubject(path, digest))]
}

const commitSubject = (commit: CommitId): Subject => ({
  name: `git+commit:${commit}`,
  digest: { gitCommit: commit },
})

const reportSubject = (path: string, digest: Digest): Subject => ({
  name: path,
  digest: { sha256: hexOf(digest) },
})

/** The record as a signed in-toto statement in a DSSE envelope. */
export function signRunRecord(record: RunRecord, signer: Signer): Promise<Buffer> {
  const statement = {
    subject: subjectsOf(record),
    predicateType: RUN_RECORD_TYPE,
    predicate: record,
  }
  return sealStatement(statement, signer)
}

/**
 * Checks who signed a record and that it is one. A key that is listed both as `process` and `local`
 * counts as `local`.
 */
export function openRunRecord(bytes: Uint8Array, vouchers: readonly Voucher[]): OpenedRunRecord {
  const refuse = (message: string): OpenedRunRecord => ({
    kind: 'refused',
    finding: remark('gate/unvouched-run', 'run record', message),
  })
  const keys = vouchers.map(({ key }) => key)
  const opened = openStatement(bytes, keys, LIMITS)
  if (opened.kind !== 'opened') return refuse(opened.reason)
  const { statement, envelope } = opened
  if (statement.predicateType !== RUN_RECORD_TYPE)
    return refuse(`it is signed, but states ${statement.predicateType.slice(0, 100)}`)
  const record = parseRunRecord(statement.predicate)
  if (record === undefined) return refuse('what is signed is not a run record')
  if (canonicalJson(statement.subject) !== canonicalJson(subjectsOf(record)))
    return refuse('its subjects are not the commit and the reports that it speaks of')
  const { signer, digest } = envelope
  const near = vouchers.some(
    ({ key, separation }) => 'id' in signer && key.id === signer.id && separation === 'local',
  )
  const separation = near ? 'local' : 'process'
  return { kind: 'vouched', run: { record, voucher: signer.name, separation, digest } }
}
