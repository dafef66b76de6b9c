import {
  anyObject,
  canonicalJson,
  commitText,
  count,
  digestText,
  listOf,
  objectOf,
  objectWith,
  oneOf,
  orNull,
  sha256,
  text,
  textLike,
} from '@bulkhead/envelope'
import type { Digest } from '@bulkhead/vocabulary'
import { APPROVAL_SOURCES, type HotfixFacts, SEVERITIES } from './hotfix-on-record.ts'

const line = textLike(/\S/, 'a text that says something')

export const declaredShape = objectWith(
  {
    base: orNull(commitText),
    severity: oneOf(...SEVERITIES),
    disclosure: oneOf('at-once', 'when-everywhere'),
    sealed: digestText,
  },
  { purpose: oneOf('drill') },
)

export const movedShape = objectOf({ of: count, reason: line })

export const pagedShape = objectWith(
  { of: count, told: listOf(text, 64), failed: listOf(text, 64) },
  { late: listOf(line, 16) },
)

export const acknowledgedShape = objectOf({ of: count, how: oneOf('person', 'pager') })

export const approvedShape = objectOf({
  of: count,
  plan: digestText,
  source: oneOf(...APPROVAL_SOURCES),
  proof: line,
})

export const openedShape = objectOf({
  of: count,
  salt: textLike(/^[0-9a-f]{64}$/, '64 hex digits'),
  advisory: line,
  reason: line,
})

export const owedShape = objectOf({ of: count, debt: line, why: line })

const actionShape = objectOf({ kind: oneOf('detect', 'prevent', 'mitigate'), text: line })

export const repaidShape = objectWith(
  { of: count, debt: line, evidence: line },
  { items: listOf(actionShape, 100) },
)

export const closedShape = objectOf({
  of: count,
  result: oneOf('repaid', 'withdrawn'),
  reason: text,
})

/** The hotfix that an entry names; the ship step may say more about it than the rules read. */
export const shippedShape = (value: unknown, at: string): { readonly of: number } => ({
  of: count(anyObject(value, at)['of'], `${at}.of`),
})

/** The digest that stands for the facts of a hotfix while they are sealed. */
export const sealFacts = ({ salt, advisory, reason }: HotfixFacts): Digest =>
  sha256(canonicalJson({ salt, advisory, reason }))
