import { inlineYaml } from './inline-yaml.ts'
import type { RetriesProof } from './suite-policy.ts'

/** A suite that `bulkhead init` found, or thinks it found. */
export interface SuiteGuess {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly reports: readonly [string, ...string[]]
  /** Why no failure can hide behind a retry, where the runner is known. */
  readonly retries?: RetriesProof
}

/** What `bulkhead init` knows of a repository. Paths are relative to its top. */
export interface InitialPolicy {
  readonly suites: readonly [SuiteGuess, ...SuiteGuess[]]
  readonly build: {
    readonly command?: readonly [string, ...string[]]
    readonly artifacts: readonly [string, ...string[]]
  }
  /** Name of the first environment. */
  readonly environment: string
  /** Starts one unit; `{artifact}` must be in it. */
  readonly start: readonly [string, ...string[]]
  /** Whether the voucher's private key is out of the reach of the tests: there is no default. */
  readonly voucherSeparation: 'process' | 'local'
  /** `HOST:PORT` of the proxy; default `127.0.0.1:8080`. */
  readonly listen?: string
  /** Path of the allowed signers; default `.bulkhead/allowed_signers`. */
  readonly signers?: string
  /** Where an editor finds the JSON Schema, as a path relative to the top or a URL. */
  readonly schema?: string
}

/** Where the schema is once the package `bulkhead` is installed. */
const SCHEMA = './node_modules/bulkhead/dist/bulkhead.schema.json'

/**
 * The commented `bulkhead.yml` that `bulkhead init` proposes. It demands everything from the start:
 * every suite is mandatory, the mode is `enforce`. Parses without findings when what it is given has
 * the forms that {@link parsePolicy} wants.
 */
export function initialPolicyText(initial: InitialPolicy): string {
  return `# yaml-language-server: $schema=${initial.schema ?? SCHEMA}
# What must be true before anything ships. Judged commits never supply this file: the trusted ref does.
version: 1
mode: enforce # or observe: judge and report everything, block nothing

# Who may sign commits (the allowed-signers format of git and ssh-keygen).
signers: ${inlineYaml(initial.signers ?? '.bulkhead/allowed_signers')}

# A mandatory suite can never be waived: one failing, skipped or missing test blocks.
suites:
${initial.suites.map(suiteText).join('\n')}
# What ships. The build record binds these files to the commit that they were built from.
build:
${buildText(initial.build)}
# Public keys by role, one role a key. \`bulkhead init\` made the private halves, outside of the repository.
keys:
  # Vouches for test runs. separation: process (the tests cannot read the private key) or local (they can).
  voucher: ${inlineYaml([{ file: '.bulkhead/keys/voucher.pub', separation: initial.voucherSeparation }])}
  builder: ${inlineYaml([{ file: '.bulkhead/keys/builder.pub' }])} # signs build records
  gate: ${inlineYaml([{ file: '.bulkhead/keys/gate.pub' }])} # signs verdicts
  ledger: ${inlineYaml([{ file: '.bulkhead/keys/ledger.pub' }])} # signs what was decided and done

verdict:
  expires: 1h # a verdict starts no wave after this

environments:
${environmentText(initial)}`
}

const suiteText = ({
  name,
  command,
  reports,
  retries,
}: SuiteGuess): string => `  ${inlineYaml(name)}:
    mandatory: true
    command: ${inlineYaml(command)} # a list of words; no shell reads it
    reports: ${inlineYaml(reports)} # what the command writes
    format: auto # told by the first bytes of each report, or a name of docs/report-formats.md
${retriesText(retries)}    inventory: ${inlineYaml(`.bulkhead/inventory/${name}.json`)} # the tests that must run
    timeout: 10m # the command is killed after this
`

/** Without a known runner the choice is shown and not made: the gate asks for it. */
function retriesText(retries: RetriesProof | undefined): string {
  if (retries === undefined)
    return '    # retries: { off-by: [--retry=0] } # arguments of the command that switch retries off, or { none-in-runner: true }\n'
  const proof =
    retries.kind === 'off-by' ? { 'off-by': retries.arguments } : { 'none-in-runner': true }
  return `    retries: ${inlineYaml(proof)} # why no failure can hide behind a retry\n`
}

const buildText = ({ command, artifacts }: InitialPolicy['build']): string =>
  (command === undefined ? '' : `  command: ${inlineYaml(command)}\n`) +
  `  artifacts: ${inlineYaml(artifacts)}\n`

const environmentText = ({
  environment,
  start,
  listen,
}: InitialPolicy): string => `  ${inlineYaml(environment)}:
    target:
      kind: local # starts processes on this machine
      command: ${inlineYaml(start)} # {artifact} becomes the artifact's path; listen on $PORT
      env: {} # further environment variables
      # Answers 200 and JSON; the field names the commit that the unit was built from.
      health: { path: /health, build-field: build, interval: 250ms, deadline: 15s }
      listen: ${inlineYaml(listen ?? '127.0.0.1:8080')} # the proxy in front of the units
      drain: 10s # longest wait for requests in flight
    # region: { zone: units }. Any one zone may die at any instant.
    regions:
      local: { a: 3, b: 3, c: 3 }
    capacity: { required: 5 } # healthy units that must remain with any one zone gone
    # How a new release is judged under traffic; the length of the bake follows from these numbers.
    bake:
      baseline-error-rate: 0.1% # of a good release
      detect-error-rate: 5% # must be detected
      false-alarm: 1% # chance that a good release is judged bad
      power: 95% # chance that a bad one is
      requests-per-second: 50 # that the whole environment answers
      floor: 10s # never shorter
      deadline: 10m # too few requests by then: inconclusive
`
