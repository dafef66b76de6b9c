import * as v from 'valibot'
import { keysExample } from './examples.ts'
import { explain, listOf, repositoryPath, wholeNumber } from './forms.ts'

const keyFile = () =>
  repositoryPath('The public key, as a file in the repository.', '.bulkhead/keys/gate.pub')

const KMS_KEY =
  /^arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,40}:[0-9]{12}:(?:key|alias)\/[A-Za-z0-9/_-]{1,256}$/

const kmsExample = 'arn:aws:kms:eu-central-1:111122223333:alias/bulkhead-gate'

const kmsKey = explain(v.pipe(v.string(), v.regex(KMS_KEY)), {
  form: 'the full ARN of a key or alias in AWS KMS',
  meaning:
    'Who holds the private key, when no file does. Verifying needs the public key alone and asks nobody.',
  example: kmsExample,
})

const repositoryId = () =>
  wholeNumber(
    Number.MAX_SAFE_INTEGER,
    "The repository's number at the forge. Names can be taken over; numbers cannot. `gh api repos/OWNER/NAME --jq .id` tells it.",
    1_296_269,
  )

const sigstoreExample = {
  issuer: 'https://token.actions.githubusercontent.com',
  identity: 'https://github.com/octo/app/.github/workflows/release.yml@refs/heads/main',
  'repository-id': 1_296_269,
}

const keylessForm = explain(
  v.strictObject({
    issuer: explain(v.pipe(v.string(), v.maxLength(1024), v.regex(/^https:\/\/[!-~]+$/)), {
      form: 'a URL that begins with https://',
      meaning: 'Who confirmed the identity, compared exactly.',
      example: sigstoreExample.issuer,
    }),
    identity: explain(
      v.pipe(v.string(), v.maxLength(1024), v.regex(/^https:\/\/[!-?A-~]+@refs\/[!-?A-~]+$/)),
      {
        form: 'the URL of a workflow file, an @ and the full name of its ref; no pattern',
        meaning: 'The workflow, and the ref it was read from, compared exactly.',
        example: sigstoreExample.identity,
      },
    ),
    'repository-id': repositoryId(),
    'trusted-root': v.optional(
      repositoryPath(
        'The `trusted_root.json` of another Sigstore instance than the public one, whose root is built in.',
        '.bulkhead/sigstore/trusted_root.json',
      ),
    ),
  }),
  {
    form: 'a mapping with the keys issuer, identity and repository-id',
    meaning: 'A workflow that signs with Sigstore and holds no key.',
    example: sigstoreExample,
  },
)

/** A key whose signatures are over bytes of any kind. */
const keyForm = explain(v.strictObject({ file: keyFile(), kms: v.optional(kmsKey) }), {
  form: 'a mapping with the key `file`, and `kms` where a key service signs',
  meaning: 'One public key.',
  example: { file: '.bulkhead/keys/ledger.pub' },
})

/** A key, or a workflow that needs none: enough for those who only sign statements. */
const statementSignerForm = explain(
  v.strictObject({
    file: v.optional(keyFile()),
    kms: v.optional(kmsKey),
    sigstore: v.optional(keylessForm),
  }),
  {
    form: 'a mapping with the key `file` (and `kms` where a key service signs), or with `sigstore`',
    meaning: 'One signer: a public key, or a workflow known to Sigstore.',
    example: { file: '.bulkhead/keys/gate.pub' },
  },
)

const githubExample = {
  'repository-id': 1_296_269,
  workflow: '.github/workflows/release.yml',
  job: 'tests',
}

const githubVoucherForm = explain(
  v.strictObject({
    'repository-id': repositoryId(),
    workflow: explain(
      v.pipe(v.string(), v.regex(/^\.github\/workflows\/[A-Za-z0-9._-]{1,200}\.ya?ml$/)),
      {
        form: 'the path of a workflow file',
        meaning:
          'The workflow whose runs count. The judged commit must carry it as the trusted ref does.',
        example: githubExample.workflow,
      },
    ),
    job: explain(v.pipe(v.string(), v.maxLength(200), v.regex(/^[A-Za-z0-9_][ -~]*$/)), {
      form: 'the name of a job as GitHub shows it, without its matrix in brackets',
      meaning: 'The job that runs the tests; every leg of its matrix has this name.',
      example: githubExample.job,
    }),
    'app-id': v.optional(
      wholeNumber(
        Number.MAX_SAFE_INTEGER,
        'The number of the app that reports checks of workflows: 15368 is GitHub Actions at github.com.',
        15_368,
      ),
      15_368,
    ),
  }),
  {
    form: 'a mapping with the keys repository-id, workflow and job',
    meaning: "GitHub's own word for which job a run record came from.",
    example: githubExample,
  },
)

const voucherForm = explain(
  v.strictObject({
    file: v.optional(keyFile()),
    separation: v.optional(
      explain(v.picklist(['process', 'local']), {
        form: 'process (the tests cannot read the private key) or local (they can, and verdicts say so)',
        meaning:
          'How far the private key is from the tests: `process` when a process or user of its own holds it, `local` when the tests could read it. There is no default: say which is true.',
        example: 'process',
      }),
    ),
    github: v.optional(githubVoucherForm),
  }),
  {
    form: 'a mapping with the keys `file` and `separation`, or with `github`',
    meaning: 'One voucher: a public key, or a job of a workflow.',
    example: { file: '.bulkhead/keys/voucher.pub', separation: 'process' },
  },
)

const signersOf = (meaning: string) =>
  listOf(statementSignerForm, {
    form: 'a list of keys, at least one',
    meaning,
    example: [{ file: '.bulkhead/keys/gate.pub' }],
  })

/** The list of keys of each role. */
export const keyRoleForms = {
  voucher: listOf(voucherForm, {
    form: 'a list of voucher keys, at least one',
    meaning: 'Who may vouch for a test run.',
    example: keysExample.voucher,
  }),
  builder: signersOf('Who may bind artifacts to a commit.'),
  gate: signersOf('Who may sign verdicts.'),
  ledger: listOf(keyForm, {
    form: 'a list of keys, at least one',
    meaning: 'Who may write the ledger.',
    example: keysExample.ledger,
  }),
}

export const keysForm = explain(v.strictObject(keyRoleForms), {
  form: 'a mapping with the keys voucher, builder, gate and ledger',
  meaning: 'Who signs what, by role. A key has one role: it stands in one list, once.',
  example: keysExample,
})

export type KeysForm = v.InferOutput<typeof keysForm>
export type StatementSignerForm = KeysForm['gate'][number]
export type VoucherForm = KeysForm['voucher'][number]
