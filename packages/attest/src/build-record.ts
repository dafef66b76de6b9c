import { type Signer, type TrustedKey, openStatement, sealStatement } from '@bulkhead/envelope'
import { type CommitId, type Digest, type Finding, type TreeId, hexOf } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { commitText, digestText, timeText, treeText } from './forms.ts'
import { BUILD_RECORD_TYPE, commitSubject } from './predicates.ts'

/** What binds artifacts to a commit (DESIGN §2): the predicate of a signed in-toto statement. */
export interface BuildRecord {
  readonly commit: CommitId
  readonly tree: TreeId
  readonly command: readonly string[]
  /** ISO 8601 in UTC, from the builder's clock. */
  readonly startedAt: string
  readonly endedAt: string
  readonly artifacts: readonly { readonly name: string; readonly digest: Digest; readonly bytes: number }[]
}

const FORM = v.strictObject({
  commit: commitText,
  tree: treeText,
  command: v.array(v.string()),
  startedAt: timeText,
  endedAt: timeText,
  artifacts: v.array(v.strictObject({ name: v.string(), digest: digestText, bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })),
})

const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 }

export type OpenBuildRecord =
  | { readonly kind: 'opened'; readonly record: BuildRecord; readonly digest: Digest }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** Signs a build record; its subjects are the artifacts and the commit. */
export function signBuildRecord(record: BuildRecord, signer: Signer): Promise<Buffer> {
  const subject = [...record.artifacts.map(({ name, digest }) => ({ name, digest: { sha256: hexOf(digest) } })), commitSubject(record.commit)]
  return sealStatement({ subject, predicateType: BUILD_RECORD_TYPE, predicate: record }, signer)
}

/** Opens a build record that one of these builders must have signed. */
export function openBuildRecord(bytes: Uint8Array, builders: readonly TrustedKey[]): OpenBuildRecord {
  const opened = openStatement(bytes, builders, LIMITS)
  if (opened.kind !== 'opened') return refused(opened.reason)
  if (opened.statement.predicateType !== BUILD_RECORD_TYPE) return refused(`a statement of type ${opened.statement.predicateType}`)
  const parsed = v.safeParse(FORM, opened.statement.predicate)
  if (!parsed.success) return refused('not of the form of a build record')
  return { kind: 'opened', record: parsed.output, digest: opened.envelope.digest }
}

const refused = (message: string): OpenBuildRecord => ({
  kind: 'refused',
  findings: [
    {
      code: 'gate/unbound-artifact',
      subject: 'build record',
      message: `the build record is not one by a trusted builder: ${message}`,
      remedy: 'run `bulkhead build` with a builder key that the trusted ref names',
    },
  ],
})
