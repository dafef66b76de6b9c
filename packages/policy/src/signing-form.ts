import * as v from 'valibot'
import { explain, listOf, nameKey, repositoryPath } from './forms.ts'

const email = explain(
  v.pipe(v.string(), v.maxLength(254), v.regex(/^(?!.*[<>,"*?])[!-~]+@[!-~]+$/)),
  {
    form: 'an email address, in full: no pattern, no name',
    meaning: 'An email, compared exactly.',
    example: 'ada@example.test',
  },
)

const httpsUrl = explain(v.pipe(v.string(), v.maxLength(1024), v.regex(/^https:\/\/[!-~]+$/)), {
  form: 'a URL that begins with https://',
  meaning: 'Who confirmed the identity, compared exactly.',
  example: 'https://accounts.google.com',
})

const identity = explain(v.pipe(v.string(), v.maxLength(1024), v.regex(/^[!-~]+$/)), {
  form: 'an email or URI without blanks',
  meaning: 'The identity in the certificate, compared exactly.',
  example: 'ada@example.test',
})

const gitsignForm = explain(v.strictObject({ issuer: httpsUrl, identity }), {
  form: 'a mapping with the keys issuer and identity',
  meaning: 'One Sigstore identity. One without its issuer would be anybody.',
  example: { issuer: 'https://accounts.google.com', identity: 'ada@example.test' },
})

const principalExample = {
  committers: ['ada@example.test'],
  openpgp: ['.bulkhead/openpgp/ada.asc'],
}

/** The keys of one principal. */
export const principalEntries = {
  role: v.optional(
    explain(v.picklist(['person', 'bot', 'forge']), {
      form: 'person, bot or forge',
      meaning:
        'A `bot` is a program of yours. A `forge` is the key of the host itself: it signs merges, and is never a person.',
      example: 'person',
    }),
    'person',
  ),
  committers: listOf(email, {
    form: 'a list of emails, at least one',
    meaning:
      'Whom they may commit as. Keys in the allowed-signers file with one of these emails are theirs.',
    example: ['ada@example.test'],
  }),
  openpgp: v.optional(
    listOf(repositoryPath('An armored public key.', '.bulkhead/openpgp/ada.asc'), {
      form: 'a list of paths, at least one',
      meaning: 'Their OpenPGP certificates, as `gpg --armor --export` writes them.',
      example: ['.bulkhead/openpgp/ada.asc'],
    }),
  ),
  x509: v.optional(
    listOf(email, {
      form: 'a list of emails, at least one',
      meaning: 'Emails of their X.509 certificates, which a root in `signing.x509` must vouch for.',
      example: ['ada@example.test'],
    }),
  ),
  gitsign: v.optional(
    listOf(gitsignForm, {
      form: 'a list of mappings with issuer and identity, at least one',
      meaning: 'Their Sigstore identities.',
      example: [{ issuer: 'https://accounts.google.com', identity: 'ada@example.test' }],
    }),
  ),
}

const principalForm = explain(v.strictObject(principalEntries), {
  form: 'a mapping with the key committers, and keys of any format',
  meaning: 'One principal: somebody who may sign.',
  example: principalExample,
})

const x509Form = explain(
  v.strictObject({
    roots: repositoryPath(
      'Certificates in PEM that are trusted as roots.',
      '.bulkhead/x509/roots.pem',
    ),
    crls: v.optional(
      repositoryPath('Certificate revocation lists in PEM.', '.bulkhead/x509/crls.pem'),
    ),
  }),
  {
    form: 'a mapping with the keys roots and crls',
    meaning: 'Who vouches for X.509 certificates.',
    example: { roots: '.bulkhead/x509/roots.pem' },
  },
)

const sigstoreForm = explain(
  v.strictObject({
    'trusted-root': repositoryPath(
      "Sigstore's `trusted_root.json`, pinned.",
      '.bulkhead/sigstore/trusted_root.json',
    ),
    proofs: v.optional(
      repositoryPath(
        'Log entries fetched beforehand, for commits that carry none.',
        '.bulkhead/sigstore/proofs.json',
      ),
    ),
  }),
  {
    form: 'a mapping with the keys trusted-root and proofs',
    meaning: 'What gitsign signatures are checked against, offline.',
    example: { 'trusted-root': '.bulkhead/sigstore/trusted_root.json' },
  },
)

const rulesForm = explain(
  v.strictObject({
    author: v.optional(
      explain(v.picklist(['any', 'committer']), {
        form: 'any or committer',
        meaning:
          '`committer`: the author must be the committer. No signature ever proves an author.',
        example: 'committer',
      }),
      'any',
    ),
    touch: v.optional(
      explain(v.picklist(['required', 'not-required']), {
        form: 'required or not-required',
        meaning: 'Whether a hardware key must have been touched for each signature.',
        example: 'required',
      }),
      'required',
    ),
    tags: v.optional(
      explain(v.picklist(['any', 'signed']), {
        form: 'any or signed',
        meaning: '`signed`: a tag that is judged must be signed, and called what it says.',
        example: 'signed',
      }),
      'any',
    ),
    'rsa-bits': v.optional(
      explain(v.pipe(v.number(), v.integer(), v.minValue(2048), v.maxValue(16_384)), {
        form: 'a whole number from 2048 to 16384',
        meaning: 'The shortest RSA key that may sign.',
        example: 3072,
      }),
      2048,
    ),
    forge: v.optional(
      explain(v.picklist(['clean-merges', 'any']), {
        form: 'clean-merges or any',
        meaning:
          "What the forge's own key may sign: `clean-merges` whose tree is recomputed here out of signed parents, or `any` commit.",
        example: 'clean-merges',
      }),
      'clean-merges',
    ),
  }),
  {
    form: 'a mapping with the keys author, touch, tags, rsa-bits and forge',
    meaning: 'Rules for every signature.',
    example: { author: 'committer', tags: 'signed' },
  },
)

/** The keys below `signing`. */
export const signingEntries = {
  revoked: v.optional(
    repositoryPath(
      'SSH keys that no longer sign: public keys or fingerprints by line, or a list of `ssh-keygen -k`.',
      '.bulkhead/revoked_keys',
    ),
  ),
  principals: v.optional(
    explain(v.pipe(v.record(nameKey, principalForm), v.maxEntries(10_000)), {
      form: 'a mapping from names to principals',
      meaning: 'Who may sign, with roles, and with keys other than SSH keys.',
      example: { ada: principalExample },
    }),
    {},
  ),
  x509: v.optional(x509Form),
  sigstore: v.optional(sigstoreForm),
  rules: v.optional(rulesForm, {}),
}

/** All about signatures that the allowed-signers file cannot say. */
export const signingForm = explain(v.strictObject(signingEntries), {
  form: 'a mapping with the keys revoked, principals, x509, sigstore and rules',
  meaning: 'Roles, revocations, rules, and keys other than SSH keys.',
  example: { revoked: '.bulkhead/revoked_keys', rules: { author: 'committer' } },
})

export type SigningForm = v.InferOutput<typeof signingForm>
export type PrincipalForm = v.InferOutput<typeof principalForm>
