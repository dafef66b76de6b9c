import {
  type Shape,
  type StatementSigner,
  type TrustedSigner,
  canonicalJson,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  sealStatement,
  text,
  treeText,
} from '@bulkhead/envelope'
import type { CommitId, Digest, Finding, TreeId } from '@bulkhead/vocabulary'
import { openPredicate } from './open-predicate.ts'
import { BUILD_RECORD_TYPE } from './predicates.ts'
import { releaseSubjects } from './subjects.ts'

/** What binds artifacts to a commit (DESIGN §2): the predicate of a signed in-toto statement. */
export interface BuildRecord {
  readonly commit: CommitId
  readonly tree: TreeId
  readonly command: readonly string[]
  /** ISO 8601 in UTC, from the builder's clock. */
  readonly startedAt: string
  readonly endedAt: string
  readonly artifacts: readonly {
    /** Path from the top of the repository. */
    readonly name: string
    readonly digest: Digest
    readonly bytes: number
  }[]
}

const recordForm: Shape<BuildRecord> = objectOf({
  commit: commitText,
  tree: treeText,
  command: listOf(text, 1_000),
  startedAt: instantText,
  endedAt: instantText,
  artifacts: listOf(objectOf({ name: text, digest: digestText, bytes: count }), 10_000),
})

export type OpenBuildRecord =
  | {
      readonly kind: 'opened'
      readonly record: BuildRecord
      /** SHA-256 of the envelope. */
      readonly digest: Digest
      /** Name of the builder's key. */
      readonly signer: string
    }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** Signs a build record; its subjects are the artifacts and the commit. */
export function signBuildRecord(record: BuildRecord, signer: StatementSigner): Promise<Buffer> {
  const subject = releaseSubjects(record.artifacts, record.commit)
  return sealStatement({ subject, predicateType: BUILD_RECORD_TYPE, predicate: record }, signer)
}

/** Opens a build record that one of these builders must have signed. */
export function openBuildRecord(
  bytes: Uint8Array,
  builders: readonly TrustedSigner[],
): OpenBuildRecord {
  const request = { keys: builders, predicateType: BUILD_RECORD_TYPE, shape: recordForm }
  const opened = openPredicate({ bytes, ...request })
  if (opened.kind !== 'opened') return refuse(opened.reason)
  const { value: record, subject, envelope } = opened
  if (canonicalJson(subject) !== canonicalJson(releaseSubjects(record.artifacts, record.commit))) {
    return refuse('its subjects are not what it is about')
  }
  const names = new Set(record.artifacts.map((artifact) => artifact.name))
  if (names.size < record.artifacts.length) return refuse('it names an artifact twice')
  const { digest, signer } = envelope
  return { kind: 'opened', record, digest, signer: signer.name }
}

const refuse = (why: string): OpenBuildRecord => ({
  kind: 'refused',
  findings: [
    {
      code: 'gate/unbound-artifact',
      subject: 'build record',
      message: `the build record is not one by a trusted builder: ${why}`,
      remedy: 'run `bulkhead build` with a builder key that the trusted ref names',
    },
  ],
})
