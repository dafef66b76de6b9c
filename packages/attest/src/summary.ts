import {
  type Shape,
  instantText,
  listOf,
  objectOf,
  oneOf,
  recordOf,
  text,
} from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { type Digest, hexOf } from '@bulkhead/vocabulary'
import { RELEASE_GATE_TYPE } from './predicates.ts'

interface Resource {
  readonly uri: string
  readonly digest: Readonly<Record<string, string>>
}

/** The part of a SLSA verification summary v1 that we write, and therefore accept. */
export interface Summary {
  readonly verifier: { readonly id: string }
  readonly timeVerified: string
  readonly resourceUri: string
  readonly policy: Resource
  readonly inputAttestations: readonly Resource[]
  readonly verificationResult: 'PASSED' | 'FAILED'
  /** Always empty: we judge a release, and say nothing about SLSA levels. */
  readonly verifiedLevels: readonly string[]
}

/** What the summary says of a verdict whose envelope has this digest. */
export const summaryOf = ({ bindings, outcome }: Verdict, gate: Digest): Summary => ({
  verifier: { id: 'https://bulkhead.dev/release-gate' },
  timeVerified: bindings.issuedAt,
  resourceUri: `git+commit:${bindings.commit}`,
  policy: {
    uri: `git+commit:${bindings.base}#bulkhead.yml`,
    digest: { sha256: hexOf(bindings.policyDigest) },
  },
  inputAttestations: [{ uri: RELEASE_GATE_TYPE, digest: { sha256: hexOf(gate) } }],
  verificationResult: outcome === 'PASS' ? 'PASSED' : 'FAILED',
  verifiedLevels: [],
})

const resource = objectOf({ uri: text, digest: recordOf(text, 8) })

export const summaryForm: Shape<Summary> = objectOf({
  verifier: objectOf({ id: text }),
  timeVerified: instantText,
  resourceUri: text,
  policy: resource,
  inputAttestations: listOf(resource, 16),
  verificationResult: oneOf('PASSED', 'FAILED'),
  verifiedLevels: listOf(text, 16),
})
