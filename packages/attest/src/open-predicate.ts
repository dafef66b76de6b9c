import {
  type OpenedEnvelope,
  type Shape,
  type Subject,
  type TrustedSigner,
  openStatement,
  readShape,
} from '@bulkhead/envelope'

/** A signed statement of the wanted type whose predicate has the wanted shape, or why there is none. */
export type OpenedPredicate<T> =
  | {
      readonly kind: 'opened'
      readonly value: T
      readonly subject: readonly Subject[]
      readonly envelope: OpenedEnvelope
    }
  | {
      readonly kind: 'malformed' | 'untrusted' | 'wrong-predicate'
      readonly reason: string
    }

export interface PredicateRequest<T> {
  readonly bytes: Uint8Array
  readonly keys: readonly TrustedSigner[]
  readonly predicateType: string
  readonly shape: Shape<T>
}

const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 16 }

export function openPredicate<T>(request: PredicateRequest<T>): OpenedPredicate<T> {
  const opened = openStatement(request.bytes, request.keys, LIMITS)
  if (opened.kind !== 'opened') return opened
  const { statement, envelope } = opened
  // The type comes before the shape: a statement of another kind is no broken one of ours.
  if (statement.predicateType !== request.predicateType) {
    const reason = `it states ${JSON.stringify(statement.predicateType)}, not ${request.predicateType}`
    return { kind: 'wrong-predicate', reason }
  }
  const read = readShape(request.shape, statement.predicate)
  if (read.kind === 'refused') return { kind: 'malformed', reason: read.reason }
  return { kind: 'opened', value: read.value, subject: statement.subject, envelope }
}
