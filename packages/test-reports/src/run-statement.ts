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
import { partLabel, partOptions } from './run-part.ts'
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

/** What is wrong with a record: why, and the way out where it is another than for all of them. */
interface Objection {
  readonly message: string
  readonly remedy?: string
}

/**
 * Checks who vouches for a record and that it is one: a forge by the digest of its bytes, or a key. A
 * key that is listed both as `process` and `local` counts as `local`.
 * @param place how a finding calls the record: where it lies
 */
export function openRunRecord(
  bytes: Uint8Array,
  vouchers: readonly Voucher[],
  { forge = new Map(), place = 'run record' }: Surroundings = {},
): OpenedRunRecord {
  const opened = openBytes(bytes, vouchers, forge)
  if ('voucher' in opened) return { kind: 'vouched', run: opened }
  const { message, remedy } = opened
  const finding = remark('gate/unvouched-run', place, message)
  return { kind: 'refused', finding: remedy === undefined ? finding : { ...finding, remedy } }
}

interface Surroundings {
  readonly forge?: ForgeVouched | undefined
  readonly place?: string
}

function openBytes(
  bytes: Uint8Array,
  vouchers: readonly Voucher[],
  forge: ForgeVouched,
): VouchedRun | Objection {
  const digest = sha256(bytes)
  const word = forge.get(digest)
  if (word === undefined) return openSigned(bytes, vouchers)
  const read = readStatement(bytes, LIMITS)
  if (read.kind === 'refused') return { message: read.reason }
  const record = recordOf(read.value)
  if (typeof record === 'string') return { message: record }
  return { record, voucher: word, separation: 'job', digest }
}

function openSigned(bytes: Uint8Array, vouchers: readonly Voucher[]): VouchedRun | Objection {
  const keys = vouchers.map(({ key }) => key)
  const opened = openStatement(bytes, keys, LIMITS)
  if (opened.kind !== 'opened') return unsignedIn(bytes) ?? { message: opened.reason }
  const record = recordOf(opened.statement)
  if (typeof record === 'string') return { message: record }
  const { signer, digest } = opened.envelope
  const near = vouchers.some(
    ({ key, separation }) => 'id' in signer && key.id === signer.id && separation === 'local',
  )
  const separation = near ? 'local' : 'process'
  return { record, voucher: signer.name, separation, digest }
}

/** What a run leaves that GitHub is to vouch for, where GitHub does not: a record, and no signature. */
function unsignedIn(bytes: Uint8Array): Objection | undefined {
  const read = readStatement(bytes, LIMITS)
  const record = read.kind === 'refused' ? undefined : recordOf(read.value)
  if (record === undefined || typeof record === 'string') return undefined
  return {
    message: `a run record without a signature lies here: it says that it is of ${partLabel(record.suite, record)}, and nobody vouches for it`,
    remedy: `If it is left from an earlier run, delete its folder. Else let somebody vouch for it: \`bulkhead test ${partOptions(record.suite, record)}\` with the voucher that the policy names, or on GitHub \`voucher: github\` and a policy that names that job.`,
  }
}

/** The record that a statement makes, or why it makes none. */
function recordOf(statement: Statement<unknown>): RunRecord | string {
  if (statement.predicateType !== RUN_RECORD_TYPE)
    return `it is no run record: it states ${statement.predicateType.slice(0, 100)}`
  const record = parseRunRecord(statement.predicate)
  if (record === undefined) return 'what it states is not a run record'
  return canonicalJson(statement.subject) === canonicalJson(subjectsOf(record))
    ? record
    : 'its subjects are not the commit and the reports that it speaks of'
}
