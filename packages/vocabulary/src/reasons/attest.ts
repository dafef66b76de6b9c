import { reasonsOf } from './reason.ts'

export const attestReasons = reasonsOf({
  'attest/missing': {
    cause: 'There is no attestation for this release.',
    remedy: 'Run `bulkhead gate` for the commit that is to ship.',
  },
  'attest/malformed': {
    cause: 'The attestation is not a DSSE envelope around an in-toto statement of the right form.',
    remedy: 'Run `bulkhead gate` again.',
  },
  'attest/bad-signature': {
    cause:
      'The signature does not verify: the attestation was changed, or signed by somebody else.',
    remedy: 'Run `bulkhead gate` again with a gate key that the trusted ref names.',
  },
  'attest/wrong-predicate': {
    cause: 'The statement is of another kind than a verdict.',
    remedy: 'Offer the attestation that `bulkhead gate` wrote.',
  },
  'attest/not-passed': {
    cause: 'The attested verdict is not PASS.',
    remedy: 'Mend the findings of the verdict and run `bulkhead gate` again.',
  },
  'attest/wrong-commit': {
    cause: 'The verdict is about another commit.',
    remedy: 'Run `bulkhead gate` for the commit that is to ship.',
  },
  'attest/wrong-artifact': {
    cause: 'The verdict is about other artifact bytes.',
    remedy: 'Ship the artifact that was judged, or build and judge again.',
  },
  'attest/wrong-policy': {
    cause: 'The verdict was given under another policy than the trusted ref has now.',
    remedy: 'Run `bulkhead gate` again.',
  },
  'attest/wrong-environment': {
    cause: 'The verdict is for another environment.',
    remedy: 'Run `bulkhead gate --environment NAME`.',
  },
  'attest/wrong-base': {
    cause: 'The verdict was given against another released commit than the one deployed now.',
    remedy: 'Run `bulkhead gate` again.',
  },
  'attest/expired': {
    cause: 'The verdict is older than it may be, or from the future.',
    remedy: 'Run `bulkhead gate` again.',
  },
  'attest/unlinked-summary': {
    cause: 'The verification summary does not name the verdict that lies beside it.',
    remedy: 'Run `bulkhead gate` again.',
  },
})
