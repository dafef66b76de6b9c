import { reasonsOf } from './reason.ts'

export const signerReasons = reasonsOf({
  'signer/unavailable': {
    cause: 'The key service, or one of the services of Sigstore, could not be reached or refused.',
    remedy:
      'Check the permissions of the job (`kms:Sign`, or `id-token: write` for Sigstore), and try again. Nothing was signed.',
  },
  'signer/wrong-answer': {
    cause:
      'What the key service or Sigstore gave does not verify as the signer that the policy names.',
    remedy:
      'Compare the key, or the identity, in `keys` of bulkhead.yml with the one that signs. Nothing was signed.',
  },
  'signer/wrong-root': {
    cause: 'A file that should say whom a Sigstore instance trusts does not.',
    remedy: 'Take `trusted_root.json` from the TUF repository of the instance.',
  },
  'signer/too-long': {
    cause: 'The key service cannot sign so many bytes with a key of this kind.',
    remedy:
      'Use an ECC_NIST_P256 key, which signs a digest, for verdicts, build records and the ledger.',
  },
})
