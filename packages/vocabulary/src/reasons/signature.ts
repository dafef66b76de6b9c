import { reasonsOf } from './reason.ts'

export const signatureReasons = reasonsOf({
  'signature/unsigned': {
    cause: 'A commit carries no signature.',
    remedy:
      'Sign it: `git rebase --rebase-merges --exec "git commit --amend --no-edit --allow-empty -S" BASE`.',
  },
  'signature/unknown-signer': {
    cause: 'The key that signed is not in the allowed signers of the trusted ref.',
    remedy:
      'Sign with an allowed key, or have a maintainer add the key first, in a change of its own.',
  },
  'signature/wrong-committer': {
    cause: 'The signer is known, but may not sign for this committer.',
    remedy: 'Commit under your own identity, or have the committer sign.',
  },
  'signature/invalid': {
    cause: 'The signature does not verify against the bytes of the commit.',
    remedy: 'The commit was changed after signing, or forged: write and sign it again.',
  },
  'signature/malformed': {
    cause: 'The signature block cannot be read, or has bytes around it.',
    remedy: 'Sign again with plain git and OpenSSH.',
  },
  'signature/multiple': {
    cause: 'A commit carries more than one signature.',
    remedy: 'Sign again, once.',
  },
  'signature/unsupported': {
    cause: 'The signature is of a kind that this version does not verify.',
    remedy: 'Sign with an SSH key: `git config gpg.format ssh`.',
  },
  'signature/wrong-namespace': {
    cause: 'The signature was made for another purpose than git.',
    remedy: 'Sign with git itself.',
  },
  'signature/weak-key': {
    cause: 'The key or its hash is too weak: RSA below 2048 bits, DSA, SHA-1.',
    remedy: 'Make an Ed25519 key (`ssh-keygen -t ed25519`) and have it added.',
  },
  'signature/key-not-valid': {
    cause: 'The key is outside its period of validity at the time of receipt.',
    remedy: 'Sign with a key that is valid now, or have the period changed on the trusted ref.',
  },
  'signature/key-revoked': {
    cause: 'The key has been revoked on the trusted ref.',
    remedy: 'Sign with another key.',
  },
  'signature/untrusted-certificate': {
    cause:
      'The certificate that signed does not lead to a root that the trusted ref pins, or is not for signing.',
    remedy:
      'Sign with a certificate of an authority whose root is pinned, or have a maintainer pin the root.',
  },
  'signature/revocation-unknown': {
    cause:
      'The policy names revocation lists, and none by this authority counts at the time of receipt.',
    remedy: "Have a maintainer commit the authority's current list at `signing.x509.crls`.",
  },
  'signature/no-offline-proof': {
    cause:
      'A gitsign signature brings no log entry that can be verified offline, and the policy holds none for the commit.',
    remedy:
      'Sign with `git config gitsign.rekorMode offline`, or have the log entry added at `signing.sigstore.proofs`.',
  },
  'signature/invalid-proof': {
    cause:
      'The log entry of a gitsign signature is not about this signature, not by a pinned log, or outside of the certificate.',
    remedy: 'Sign again with gitsign.',
  },
  'signature/author-differs': {
    cause: 'The author is not the committer, where the policy asks for it.',
    remedy: 'Commit with `--reset-author`, or have the author commit and sign it.',
  },
  'signature/untouched': {
    cause: 'A security key signed without being touched, where a touch is required.',
    remedy: 'Sign again and touch the key; make security keys without `-O no-touch-required`.',
  },
  'signature/forge-not-a-merge': {
    cause:
      "The forge's own key signed something that is no merge or squash which can be computed again.",
    remedy:
      'Commit and sign it yourself, name the squashed pull-request head, or let the policy say `forge: any`.',
  },
  'signature/forge-merge-differs': {
    cause: 'A merge signed by the forge holds something else than its parents merged cleanly.',
    remedy: 'Merge it yourself and sign the merge.',
  },
  'signature/forge-unverified-parent': {
    cause: 'A merge signed by the forge joins a commit that is blocked itself.',
    remedy: 'Mend the commit that is named, then merge again.',
  },
  'signature/forge-not-recomputed': {
    cause: 'A merge signed by the forge could not be computed again by the git of this machine.',
    remedy: 'Install git 2.38 or newer and run again.',
  },
  'signature/tag-unsigned': {
    cause: 'A tag is not signed, or is no object that could be: a lightweight tag.',
    remedy: 'Sign it: `git tag --sign --force NAME COMMIT`.',
  },
  'signature/tag-renamed': {
    cause: 'A tag object calls itself something else than the ref that points to it.',
    remedy: 'Make the tag under the name that it is to have, or delete it.',
  },
  'signature/tag-target': {
    cause: 'A tag does not come to the commit that it must, or to no commit at all.',
    remedy: 'Tag the commit that is meant: `git tag --sign --force NAME COMMIT`.',
  },
  'signature/bad-certificate': {
    cause:
      'An SSH certificate may not sign: of a host, for nobody in particular, with critical options, or not signed by its authority.',
    remedy:
      'Have the authority make a user certificate for your email: `ssh-keygen -s CA -I ID -n EMAIL KEY.pub`.',
  },
})
