import type { CommitJudgement } from './range-judgement.ts'
import type { CommitReason } from '../refusal.ts'

/** What a remedy may name. Every value is from the policy or checked here: remedies get pasted. */
export interface RemedyFacts {
  /** Argument of `git rebase` that reaches back to before the commit. */
  readonly resignFrom: string
  /** Where the allowed signers are kept. */
  readonly signersPath: string
  /** Whom the owners of the key may commit as, out of the policy. */
  readonly emails: readonly string[]
  /** The committer as the commit states it; shown in a command only when harmless. */
  readonly committer: string
  /** `TYPE BASE64` of a key that is not allowed; else empty. */
  readonly publicKey: string
  /** That key vouched for a certificate. */
  readonly isAuthority?: boolean | undefined
  /** Fingerprint of the OpenPGP key that signed, in hex; empty for other formats. */
  readonly openPgpKey: string
  readonly format: CommitJudgement['format']
}

const HARMLESS_EMAIL = /^[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]+$/

/** Re-signs every commit after `from`; merges stay merges. */
export const rebase = (from: string, amend = ''): string =>
  `\`git rebase --rebase-merges --exec 'git commit --amend --no-edit --allow-empty${amend} -S' ${from}\``

const rewrite = ({ resignFrom }: RemedyFacts): string =>
  `write and sign it again with plain git: ${rebase(resignFrom)}`

const REMEDIES: Readonly<Record<CommitReason, (facts: RemedyFacts) => string>> = {
  'git/malformed-object': rewrite,
  'signature/malformed': rewrite,
  'signature/multiple': rewrite,
  'signature/invalid': rewrite,
  'signature/unsigned': ({ resignFrom }) => `sign it: ${rebase(resignFrom)}`,
  'signature/unknown-signer': (facts) =>
    `sign with an allowed key: ${rebase(facts.resignFrom)}; or have a maintainer ${allowKey(facts)}`,
  'signature/wrong-committer': mendCommitter,
  'signature/unsupported': ({ resignFrom }) =>
    `sign with an SSH key: \`git config gpg.format ssh\`, then ${rebase(resignFrom)}`,
  'signature/weak-key': ({ resignFrom, signersPath }) =>
    `make a new key (\`ssh-keygen -t ed25519\`), have it added to ${signersPath}, then ${rebase(resignFrom)}`,
  'signature/key-not-valid': (facts) =>
    `sign with a key that is valid now: ${rebase(facts.resignFrom)}; or ${prolongKey(facts)}`,
  'signature/key-revoked': ({ resignFrom }) => `sign with another key: ${rebase(resignFrom)}`,
  'signature/untrusted-certificate': ({ resignFrom }) =>
    `sign with a certificate for signing by an authority whose root the policy pins: ${rebase(resignFrom)}; or have a maintainer add the root to \`signing.x509.roots\``,
  'signature/revocation-unknown': ({ resignFrom }) =>
    `have a maintainer put the authority's current list into \`signing.x509.crls\` (\`openssl crl -inform DER -in LIST\` prints one in PEM); or sign with an SSH key: ${rebase(resignFrom)}`,
  'signature/no-offline-proof': ({ resignFrom }) =>
    `sign with the proof inside: \`git config gitsign.rekorMode offline\`, then ${rebase(resignFrom)}; or have a maintainer add the log entry of the commit to \`signing.sigstore.proofs\``,
  'signature/invalid-proof': ({ resignFrom }) => `sign again with gitsign: ${rebase(resignFrom)}`,
  'signature/bad-certificate': ({ resignFrom }) =>
    `have the authority make a user certificate with your email as its principal and no critical options (\`ssh-keygen -s CA -I ID -n EMAIL KEY.pub\`), then ${rebase(resignFrom)}`,
  'signature/untouched': ({ resignFrom }) =>
    `sign again and touch the security key when it blinks (make one without \`-O no-touch-required\`): ${rebase(resignFrom)}`,
  'signature/author-differs': ({ resignFrom }) =>
    `take the change over as your own: ${rebase(resignFrom, ' --reset-author')}; or have its author commit and sign it`,
  'signature/wrong-namespace': ({ resignFrom }) =>
    `sign with git itself and a key allowed for \`namespaces="git"\`: ${rebase(resignFrom)}`,
}

/** The command or edit that mends one commit. */
export const remedyFor = (code: CommitReason, facts: RemedyFacts): string => REMEDIES[code](facts)

/** What a policy says of keys that it knows by the names in their certificates. */
const NAMED_IN_POLICY: Readonly<Partial<Record<CommitJudgement['format'], string>>> = {
  x509: 'the email in the certificate under `x509`',
  gitsign: 'the issuer and identity in the certificate under `gitsign`',
}

/** How a maintainer allows a key that nobody allowed yet. */
export function allowKey({
  committer,
  publicKey,
  isAuthority = false,
  openPgpKey,
  signersPath,
  format,
}: Omit<RemedyFacts, 'resignFrom'>): string {
  const email = HARMLESS_EMAIL.test(committer) ? committer : 'EMAIL'
  const named = NAMED_IN_POLICY[format]
  if (named !== undefined) {
    return `name, in a change of its own and for the principal of ${email}, ${named} in bulkhead.yml`
  }
  return openPgpKey === ''
    ? `add this line to ${signersPath} in a change of its own: \`${email} ${isAuthority ? 'cert-authority,' : ''}namespaces="git" ${publicKey}\``
    : `trust, in a change of its own and for ${email}, the certificate that \`gpg --armor --export ${openPgpKey}\` prints`
}

function prolongKey({ openPgpKey, signersPath, format }: RemedyFacts): string {
  if (format in NAMED_IN_POLICY)
    return 'have your authority issue a new certificate, and sign with it'
  return openPgpKey === ''
    ? `have its period in ${signersPath} changed`
    : `have a maintainer replace its certificate by a renewed one: \`gpg --edit-key ${openPgpKey} expire\`, then \`gpg --armor --export ${openPgpKey}\``
}

function mendCommitter({ emails, resignFrom }: RemedyFacts): string {
  const [email = 'EMAIL'] = emails
  const own = `\`git config user.email ${email}\`, then ${rebase(resignFrom, ' --reset-author')}`
  return `commit as the owner of the key: ${own}; or have the committer sign with their own key`
}
