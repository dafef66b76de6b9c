import { openEnvelope, sealEnvelope } from './envelope.ts'
import { canonicalJson } from './canonical-json.ts'
import { withExactText } from './exact-text.ts'
import {
  type Shape,
  type ShapeReading,
  anyObject,
  listOf,
  objectOf,
  oneOf,
  recordOf,
  text,
  textLike,
} from './shape.ts'
import { readJson } from './shaped-json.ts'
import type { JsonLimits } from './strict-json.ts'
import type {
  OpenResult,
  OpenedEnvelope,
  Statement,
  StatementSigner,
  Subject,
  TrustedSigner,
} from './types.ts'

/** Media type of an in-toto statement inside DSSE (in-toto attestation spec/v1/envelope.md). */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** A statement whose signature was checked; what its predicate means is the caller's to parse. */
export type OpenStatementResult =
  | {
      readonly kind: 'opened'
      readonly statement: Statement<Readonly<Record<string, unknown>>>
      readonly envelope: OpenedEnvelope
    }
  | Exclude<OpenResult, { readonly kind: 'opened' }>

/**
 * Signs a statement. Its bytes are canonical, so equal statements by one key are equal bytes. Text is
 * brought into Unicode NFC first: a file name from another system must not keep a record from being
 * written, and one in another form would not be read back.
 * @throws TypeError without subjects, or for data that JSON cannot hold
 */
export async function sealStatement<Predicate>(
  statement: Omit<Statement<Predicate>, '_type'>,
  signer: StatementSigner,
): Promise<Buffer> {
  return sealEnvelope(STATEMENT_PAYLOAD_TYPE, writeStatement(statement), signer)
}

/**
 * The canonical bytes of a statement, without a signature: for what somebody else vouches for.
 * @throws TypeError without subjects, or for data that JSON cannot hold
 */
export function writeStatement<Predicate>(statement: Omit<Statement<Predicate>, '_type'>): Buffer {
  if (statement.subject.length === 0) throw new TypeError('a statement about nothing')
  return Buffer.from(canonicalJson(withExactText({ _type: STATEMENT_TYPE, ...statement })))
}

const subjectShape: Shape<Subject> = objectOf({
  name: text,
  digest: recordOf(textLike(/^(?:[0-9a-f]{2}){16,64}$/, 'lower-case hex digits'), 8),
})

const statementShape = objectOf({
  _type: oneOf(STATEMENT_TYPE),
  subject: listOf(subjectShape),
  predicateType: text,
  predicate: anyObject,
})

/**
 * Opens an envelope around an in-toto Statement v1.
 * @param limits of the payload
 */
export function openStatement(
  bytes: Uint8Array,
  signers: readonly TrustedSigner[],
  limits: JsonLimits,
): OpenStatementResult {
  const opened = openEnvelope(bytes, signers, STATEMENT_PAYLOAD_TYPE)
  if (opened.kind !== 'opened') return opened
  const read = readStatement(opened.envelope.payload, limits)
  if (read.kind === 'refused') return { kind: 'malformed', reason: read.reason }
  return { kind: 'opened', statement: read.value, envelope: opened.envelope }
}

/**
 * Reads a statement strictly: no other members, at least one subject, each with a name and a digest
 * (spec/v1/statement.md). Says nothing about who signed it.
 */
export function readStatement(
  payload: Uint8Array,
  limits: JsonLimits,
): ShapeReading<Statement<Readonly<Record<string, unknown>>>> {
  const read = readJson(statementShape, payload, limits)
  if (read.kind === 'refused') return read
  const bare = read.value.subject.find((subject) => Object.keys(subject.digest).length === 0)
  return read.value.subject.length === 0 || bare !== undefined
    ? { kind: 'refused', reason: '$.subject: it names nothing by a digest' }
    : read
}
