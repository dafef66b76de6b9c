import * as v from 'valibot'
import { environmentForm } from './environment-form.ts'
import { buildExample, environmentExample, policyExample, suiteExample } from './examples.ts'
import {
  commandLine,
  duration,
  explain,
  listOf,
  nameKey,
  processText,
  repositoryPath,
  wholeNumber,
} from './forms.ts'
import { keysForm } from './key-forms.ts'
import { hotfixForm } from './hotfix-form.ts'
import { notifyForm } from './notify-form.ts'
import { signingForm } from './signing-form.ts'
import { REPORT_FORMATS } from './suite-policy.ts'

const retriesForm = explain(
  v.strictObject({
    'off-by': v.optional(
      listOf(processText, {
        form: 'a list of arguments, at least one',
        meaning: "The runner's arguments that switch retries off. They must stand in the command.",
        example: ['--retry=0'],
      }),
    ),
    'none-in-runner': v.optional(
      explain(v.literal(true), {
        form: 'true, or leave the key out',
        meaning: 'The runner cannot try a failed test again, by no option and no plugin in use.',
        example: true,
      }),
    ),
  }),
  {
    form: 'a mapping with the key `off-by` or `none-in-runner`',
    meaning:
      'Why no failure can hide behind a retry. A mandatory suite needs it when its format does not show retries (docs/report-formats.md).',
    example: { 'off-by': ['--retry=0'] },
  },
)

/**
 * The YAML form of `bulkhead.yml` version 1, keys and values as people write them. One schema gives
 * the type, the error messages and the published JSON Schema. Rules between keys are in
 * `cross-field.ts`; the step to the {@link Policy} of the other rooms is in `policy-of-form.ts`.
 */
export const suiteForm = explain(
  v.strictObject({
    mandatory: explain(v.boolean(), {
      form: 'true or false',
      meaning: 'A mandatory suite can never be waived: a failing, skipped or missing test blocks.',
      example: true,
    }),
    command: commandLine('Runs the suite, from the top of the repository.', ['npm', 'test']),
    reports: listOf(repositoryPath('A report, or a glob of reports.', 'reports/*.xml'), {
      form: 'a list of paths or globs, at least one',
      meaning: 'The report files that the command writes. No two suites may share one.',
      example: ['reports/tenant-isolation.xml'],
    }),
    format: v.optional(
      explain(v.picklist(REPORT_FORMATS), {
        form: `one of ${REPORT_FORMATS.join(', ')}`,
        meaning: 'The format of the reports; `auto` tells it by the first bytes of each.',
        example: 'junit',
      }),
      'auto',
    ),
    retries: v.optional(retriesForm),
    inventory: v.optional(
      repositoryPath(
        'The list of tests that the suite must run. A mandatory suite needs one.',
        '.bulkhead/inventory/tenant-isolation.json',
      ),
    ),
    timeout: v.optional(duration('The command is killed after this long.', '5m'), '10m'),
    legs: v.optional(
      explain(
        v.pipe(
          v.array(nameKey),
          v.minLength(1),
          v.maxLength(64),
          v.check((legs) => new Set(legs).size === legs.length),
        ),
        {
          form: 'a list of names, at least one, each once',
          meaning:
            'The machines or settings that the suite must run on. Each leg runs the whole suite, and every one must be there.',
          example: ['linux', 'windows'],
        },
      ),
    ),
    shards: v.optional(
      wholeNumber(
        1_000,
        'Into how many shards each leg is split. Every one must be there; tests see theirs as BULKHEAD_SHARD (2/4).',
        4,
      ),
      1,
    ),
  }),
  {
    form: 'a mapping with the keys of one suite',
    meaning: 'One suite: a named set of tests.',
    example: suiteExample,
  },
)

/** Where the allowed signers are. */
export const signersForm = repositoryPath(
  'Who may sign commits: a file in the allowed-signers format of git and ssh-keygen.',
  '.bulkhead/allowed_signers',
)

const suitesForm = explain(
  v.pipe(v.record(nameKey, suiteForm), v.minEntries(1), v.maxEntries(256)),
  {
    form: 'a mapping from suite names to suites, at least one',
    meaning: 'The suites, by name. At least one is mandatory.',
    example: { 'tenant-isolation': suiteExample },
  },
)

const buildForm = explain(
  v.strictObject({
    command: v.optional(
      commandLine('Builds the artifacts, from the top of the repository.', ['npm', 'run', 'build']),
    ),
    artifacts: listOf(repositoryPath('One file that is shipped.', 'dist/app.mjs'), {
      form: 'a list of paths, at least one',
      meaning: 'The files that are shipped. Each is bound to its commit by a build record.',
      example: ['dist/app.mjs'],
    }),
  }),
  {
    form: 'a mapping with the keys command and artifacts',
    meaning: 'What is built, and how.',
    example: buildExample,
  },
)

const approvalsForm = explain(
  v.strictObject({
    'policy-change': v.optional(
      explain(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(16)), {
        form: 'a whole number from 0 to 16',
        meaning:
          'How many people without a hand in it must approve a commit that loosens this policy. Default: 1, and 0 while only one person may sign.',
        example: 2,
      }),
    ),
  }),
  {
    form: 'a mapping with the key policy-change',
    meaning: 'What people must agree to, each with a signature of their own.',
    example: { 'policy-change': 2 },
  },
)

const environmentsForm = explain(
  v.pipe(v.record(nameKey, environmentForm), v.minEntries(1), v.maxEntries(64)),
  {
    form: 'a mapping from environment names to environments, at least one',
    meaning: 'The environments, by name.',
    example: { production: environmentExample },
  },
)

export const policyForm = explain(
  v.strictObject({
    version: explain(v.literal(1), {
      form: 'the number 1',
      meaning: 'The version of the policy format.',
      example: 1,
    }),
    mode: v.optional(
      explain(v.picklist(['enforce', 'observe']), {
        form: 'enforce or observe',
        meaning: '`enforce` blocks. `observe` judges and reports everything and blocks nothing.',
        example: 'enforce',
      }),
      'enforce',
    ),
    signers: v.optional(signersForm),
    signing: v.optional(signingForm, {}),
    suites: suitesForm,
    build: buildForm,
    keys: keysForm,
    approvals: v.optional(approvalsForm, {}),
    verdict: v.optional(
      explain(
        v.strictObject({ expires: v.optional(duration('How long a verdict stands.', '1h'), '1h') }),
        {
          form: 'a mapping with the key `expires`',
          meaning: 'What holds for every verdict.',
          example: { expires: '1h' },
        },
      ),
      {},
    ),
    environments: environmentsForm,
    notify: v.optional(notifyForm, []),
    hotfix: v.optional(hotfixForm, {}),
  }),
  {
    form: 'a mapping with the keys of the policy',
    meaning: 'The policy of a repository: what must be true before anything ships.',
    example: policyExample,
  },
)

/** `bulkhead.yml` as it is written, defaults filled in. */
export type PolicyForm = v.InferOutput<typeof policyForm>
export type SuiteForm = v.InferOutput<typeof suiteForm>
