import {
  type Shape,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  oneOf,
  orNull,
  recordOf,
  text,
  treeText,
} from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { type ReasonCode, reasons } from '@bulkhead/vocabulary'

const isCode = (name: string): name is ReasonCode => Object.hasOwn(reasons, name)
const code = oneOf(...Object.keys(reasons).filter(isCode))

export const artifactForm = objectOf({ name: text, digest: digestText })

/** The verdict as it stands in the predicate; every member is known and needed. */
export const verdictForm: Shape<Verdict> = objectOf({
  outcome: oneOf('PASS', 'BLOCK'),
  mode: oneOf('enforce', 'observe'),
  program: orNull(digestText),
  bindings: objectOf({
    commit: commitText,
    tree: treeText,
    base: commitText,
    artifacts: listOf(artifactForm),
    policyDigest: digestText,
    environment: text,
    issuedAt: instantText,
    expiresAt: instantText,
  }),
  counts: objectOf({ commits: count, tests: count, passed: count }),
  inventories: recordOf(digestText),
  runs: listOf(
    objectOf({
      suite: text,
      leg: text,
      shard: objectOf({ index: count, of: count }),
      record: digestText,
      voucher: text,
      separation: oneOf('process', 'local', 'job'),
    }),
  ),
  policyChange: objectOf({
    loosened: listOf(objectOf({ place: text, was: text, becomes: text })),
    approvers: listOf(text),
  }),
  waived: listOf(
    objectOf({
      suite: text,
      code,
      subject: text,
      approver: text,
      expires: instantText,
      waiver: digestText,
    }),
  ),
  findings: listOf(objectOf({ code, subject: text, message: text, remedy: text })),
})
