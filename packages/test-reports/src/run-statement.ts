import {
  type Signer,
  type Statement,
  type Subject,
  type TrustedKey,
  canonicalJson,
  openStatement,
  readStatement,
  sealStatement,
  sha256,
  writeStatement,
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

const statementOf = (record: RunRecord) => ({
  subject: subjectsOf(record),
  predicateType: RUN_RECORD_TYPE,
  predicate: record,
})

/** The record as a signed in-toto statement in a DSSE envelope. */
export const signRunRecord = (record: RunRecord, signer: Signer): Promise<Buffer> =>
  sealStatement(statementOf(record), signer)

/** The record as a bare in-toto statement, for a forge to vouch for. */
export const writeRunRecord = (record: RunRecord): Buffer => writeStatement(statementOf(record))

/** What a forge vouches for: SHA-256 of a record's bytes → how the forge's word is called. */
export type ForgeVouched = ReadonlyMap<Digest, string>

const refuse = (message: string): OpenedRunRecord => ({
  kind: 'refused',
  finding: remark('gate/unvouched-run', 'run record', message),
})

/**
 * Checks who vouches for a record and that it is one: a forge by the digest of its bytes, or a key. A
 * key that is listed both as `process` and `local` counts as `local`.
 */
export function openRunRecord(
  bytes: Uint8Array,
  vouchers: readonly Voucher[],
  forge: ForgeVouched = new Map(),
): OpenedRunRecord {
  const digest = sha256(bytes)
  const word = forge.get(digest)
  if (word === undefined) return openSigned(bytes, vouchers)
  const read = readStatement(bytes, LIMITS)
  if (read.kind === 'refused') return refuse(read.reason)
  const record = recordOf(read.value)
  if (typeof record === 'string') return refuse(record)
  return { kind: 'vouched', run: { record, voucher: word, separation: 'job', digest } }
}

function openSigned(bytes: Uint8Array, vouchers: readonly Voucher[]): OpenedRunRecord {
  const keys = vouchers.map(({ key }) => key)
  const opened = openStatement(bytes, keys, LIMITS)
  if (opened.kind !== 'opened') return refuse(opened.reason)
  const record = recordOf(opened.statement)
  if (typeof record === 'string') return refuse(record)
  const { signer, digest } = opened.envelope
  const near = vouchers.some(
    ({ key, separation }) => 'id' in signer && key.id === signer.id && separation === 'local',
  )
  const separation = near ? 'local' : 'process'
  return { kind: 'vouched', run: { record, voucher: signer.name, separation, digest } }
}

/** The record that a statement makes, or why it makes none. */
function recordOf(statement: Statement<unknown>): RunRecord | string {
  if (statement.predicateType !== RUN_RECORD_TYPE)
    return `it is vouched for, but states ${statement.predicateType.slice(0, 100)}`
  const record = parseRunRecord(statement.predicate)
  if (record === undefined) return 'what is vouched for is not a run record'
  return canonicalJson(statement.subject) === canonicalJson(subjectsOf(record))
    ? record
    : 'its subjects are not the commit and the reports that it speaks of'
}
