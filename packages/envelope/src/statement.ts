import { canonicalJson } from './canonical-json.ts'
import { type OpenResult, hasExactly, openEnvelope, sealEnvelope } from './dsse.ts'
import { JsonRefusal, type JsonLimits, parseStrictJson } from './strict-json.ts'
import type { OpenedEnvelope, Signer, Statement, Subject, TrustedKey } from './types.ts'

/** Media type of an in-toto statement inside DSSE (in-toto attestation spec/v1/envelope.md). */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** A statement whose signature was checked; what its predicate means is the caller's to parse. */
export type OpenStatementResult =
  | { readonly kind: 'opened'; readonly statement: Statement<unknown>; readonly envelope: OpenedEnvelope }
  | Exclude<OpenResult, { readonly kind: 'opened' }>

/** Signs a statement; its bytes are canonical, so equal statements by one key are equal bytes. */
export function sealStatement<Predicate>(statement: Omit<Statement<Predicate>, '_type'>, signer: Signer): Promise<Buffer> {
  const payload = canonicalJson({ _type: STATEMENT_TYPE, ...statement })
  return sealEnvelope(STATEMENT_PAYLOAD_TYPE, Buffer.from(payload), signer)
}

/** Opens an envelope around an in-toto Statement v1, read strictly. */
export function openStatement(bytes: Uint8Array, keys: readonly TrustedKey[], limits: JsonLimits): OpenStatementResult {
  const opened = openEnvelope(bytes, keys, STATEMENT_PAYLOAD_TYPE)
  if (opened.kind !== 'opened') return opened
  try {
    const value = parseStrictJson(opened.envelope.payload, limits)
    if (isStatement(value)) return { kind: 'opened', statement: value, envelope: opened.envelope }
    return { kind: 'malformed', reason: 'not an in-toto Statement v1' }
  } catch (error) {
    if (error instanceof JsonRefusal) return { kind: 'malformed', reason: error.message }
    throw error
  }
}

function isStatement(value: unknown): value is Statement<unknown> {
  return (
    hasExactly(value, ['_type', 'subject', 'predicateType', 'predicate']) &&
    value._type === STATEMENT_TYPE &&
    typeof value.predicateType === 'string' &&
    Array.isArray(value.subject) &&
    value.subject.every(isSubject)
  )
}

function isSubject(value: unknown): value is Subject {
  if (!hasExactly(value, ['name', 'digest']) || typeof value.name !== 'string') return false
  const { digest } = value
  return typeof digest === 'object' && digest !== null && Object.values(digest).every((hex) => typeof hex === 'string')
}
