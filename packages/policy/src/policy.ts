import type { LedgerForm } from './ledger-form.ts'
import type { HotfixPolicy } from './hotfix-form.ts'
import type { AnalysisPolicy } from './analysis-policy.ts'
import type { MigrationsPolicy, MixedTestPolicy } from './migrations-policy.ts'
import type { SchedulePolicy } from './schedule-policy.ts'
import type { BlobId, CommitId, Digest, Milliseconds } from '@bulkhead/vocabulary'

/** `enforce` blocks; `observe` judges and reports everything and blocks nothing, said loudly. */
export type Mode = 'enforce' | 'observe'

/** The formats of test reports that a policy can name. */
export const REPORT_FORMATS = [
  'auto',
  'junit',
  'nunit',
  'nunit2',
  'xunit',
  'trx',
  'tap',
  'go-json',
  'jest-json',
  'mocha-json',
  'playwright-json',
  'ctrf',
  'dart-json',
  'rspec-json',
  'cucumber-json',
  'sarif',
] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/**
 * What proves that no failure was hidden by trying again, for a format that does not show it: these
 * arguments stand in the command that ran, or the runner cannot try again at all.
 */
export type RetriesProof =
  | { readonly kind: 'off-by'; readonly arguments: readonly [string, ...string[]] }
  | { readonly kind: 'none-in-runner' }

export interface SuitePolicy {
  /** A mandatory suite can never be waived; it needs an inventory. */
  readonly mandatory: boolean
  /** How the suite is run: an argv, from the top of the repository. */
  readonly command: readonly [string, ...string[]]
  /** Globs, relative to the top of the repository, of the reports that the command writes. */
  readonly reports: readonly [string, ...string[]]
  /** `auto`: told by the first bytes of each report. */
  readonly format: ReportFormat
  /** Undefined when nothing is claimed. */
  readonly retries: RetriesProof | undefined
  /** Path of the inventory in the repository. */
  readonly inventory: string | undefined
  readonly timeout: Milliseconds
  /** Names of the machines or settings that the suite runs on, all of them; none for just one. */
  readonly legs: readonly string[]
  /** Into how many shards each leg is split; 1 for not at all. */
  readonly shards: number
}

/** A public key in the repository, by path. */
export interface FileKeyPolicy {
  readonly file: string
  /** ARN of the key in AWS KMS that signs for it; undefined when whoever signs brings the private key. */
  readonly kms?: string | undefined
}

/** A workflow that Sigstore certifies (docs/attestation.md). All members are compared exactly. */
export interface KeylessPolicy {
  readonly sigstore: {
    readonly issuer: string
    /** URL of the workflow file, `@`, full name of the ref: the certificate's subject. */
    readonly identity: string
    readonly repositoryId: number
    /** Path of the instance's trusted root; undefined for the public instance, which is built in. */
    readonly trustedRoot: string | undefined
  }
}

/** Who may sign statements of one role. */
export type KeyPolicy = FileKeyPolicy | KeylessPolicy

/**
 * `process`: the key lives in a process that the tests cannot read. `local`: the key is within the
 * tests' reach; the verdict says so (DESIGN §10).
 */
export interface VoucherKeyPolicy {
  readonly file: string
  readonly separation: 'process' | 'local'
}

/** A job of a workflow: GitHub says which job a run record came from, and no key is needed. */
export interface VoucherJobPolicy {
  readonly github: {
    readonly repositoryId: number
    /** Path of the workflow file. */
    readonly workflow: string
    /** Name as GitHub shows it, without the matrix. */
    readonly job: string
    /** Number of the app whose check runs are those of workflows. */
    readonly appId: number
  }
}

export type VoucherPolicy = VoucherKeyPolicy | VoucherJobPolicy

export interface BakePolicy {
  /** Error rate of a good release, 0–1. */
  readonly baselineErrorRate: number
  /** Error rate that the bake must detect, 0–1, above the baseline. */
  readonly detectErrorRate: number
  /** Chance of a false alarm, 0–1. */
  readonly falseAlarm: number
  /** Chance of detecting `detectErrorRate`, 0–1. */
  readonly power: number
  /** Requests per second that the whole environment is expected to answer. */
  readonly requestsPerSecond: number
  /** Never shorter than this. */
  readonly floor: Milliseconds
  /** When there are too few requests after this long, the bake is inconclusive. */
  readonly deadline: Milliseconds
}

/** How a unit says that it is well, and which build it runs. */
export interface HealthPolicy {
  /** Path that answers 200 and JSON when healthy. */
  readonly path: string
  /** Name of the JSON field that holds the build's commit. */
  readonly buildField: string
  readonly interval: Milliseconds
  /** A unit that is not healthy after this long has failed. */
  readonly deadline: Milliseconds
}

export interface LocalTargetPolicy {
  readonly kind: 'local'
  /** How one unit is started; `{artifact}` is the path of the artifact. It listens on `$PORT`. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of a unit. */
  readonly env: Readonly<Record<string, string>>
  readonly health: HealthPolicy
  /** Host and port of the embedded proxy. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Longest wait for requests in flight before a unit is stopped. */
  readonly drain: Milliseconds
}

export interface HaproxyTargetPolicy {
  readonly kind: 'haproxy'
  /** region → runtime API of every proxy in front of its units: a socket's path, or HOST:PORT. */
  readonly proxies: Readonly<Record<string, readonly string[]>>
  readonly backend: string
  /** Name of a unit's server, of `{region}`, `{zone}` and `{number}`. */
  readonly server: string
  /** Replaces what runs in one unit. */
  readonly replace: readonly [string, ...string[]]
  /** Further environment of the commands. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that `replace` may take. */
  readonly timeout: Milliseconds
  readonly health: HealthPolicy
  /** Longest wait for sessions before they are shut down. */
  readonly drain: Milliseconds
  /** Time in which the weight of a new unit grows; 0 for none. */
  readonly slowStart: Milliseconds
  /** Keeps the newest token; undefined: the state directory of the machine does. */
  readonly fence: readonly [string, ...string[]] | undefined
  /** Servers held ready for units beyond a zone's own. */
  readonly spare: SparePolicy | undefined
}

export interface SparePolicy {
  /** Name of such a server, of `{region}`, `{zone}` and `{number}`. */
  readonly server: string
  /** Stops what runs there. */
  readonly retire: readonly [string, ...string[]]
}

/** An engine of the user's own. */
export interface ExecTargetPolicy {
  readonly kind: 'exec'
  /** The driver; what is to be done is its last word. */
  readonly command: readonly [string, ...string[]]
  /** Further environment of the driver. */
  readonly env: Readonly<Record<string, string>>
  /** Longest time that one change may take. */
  readonly timeout: Milliseconds
}

export type TargetPolicy = LocalTargetPolicy | HaproxyTargetPolicy | ExecTargetPolicy

export interface EnvironmentPolicy {
  readonly name: string
  readonly target: TargetPolicy
  /** region → zone → number of units. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Healthy units that must remain with any one zone gone (R of the zone invariant), in all regions. */
  readonly required: number
  /** Regions that must keep another number than their share of `required`. */
  readonly requiredIn: Readonly<Record<string, number>>
  /** It is declared that a region may have one zone only: the zone law is lost there, by name. */
  readonly singleZone: boolean
  /** Units that may be added to a zone while it is changed. */
  readonly surge: number
  /** Only what was fully good in this environment may be shipped. */
  readonly after: string | undefined
  /** Most releases of the queue that one rollout carries. */
  readonly coalesce: number
  /** Path of the artifact that is shipped; undefined for the first of `build`. */
  readonly artifact: string | undefined
  /** Undefined where no release brings any. */
  readonly migrations: MigrationsPolicy | undefined
  /** Run while both releases serve; undefined for none. */
  readonly mixedTest: MixedTestPolicy | undefined
  readonly schedule: SchedulePolicy
  readonly bake: BakePolicy
  /** Metrics that have a say besides the traffic; undefined for none. */
  readonly analysis: AnalysisPolicy | undefined
  /** Where its ledger lies; undefined for a branch of the repository. */
  readonly ledger: LedgerPlace | undefined
}

/** Names and addresses, never credentials. */
export type LedgerPlace = LedgerForm

/** Somebody who may sign, with keys other than those in the allowed-signers file. */
export interface PrincipalPolicy {
  readonly role: 'person' | 'bot' | 'forge'
  /** Emails of committers, compared exactly. No two principals share one. */
  readonly committers: readonly string[]
  /** Paths of OpenPGP certificates. */
  readonly openpgp: readonly string[]
  /** Emails of X.509 certificates. */
  readonly x509: readonly string[]
  readonly gitsign: readonly { readonly issuer: string; readonly identity: string }[]
}

export interface SigningRules {
  /** `committer`: the author must be the committer. */
  readonly author: 'any' | 'committer'
  readonly touch: 'required' | 'not-required'
  readonly tags: 'any' | 'signed'
  readonly rsaBits: number
  readonly forge: 'clean-merges' | 'any'
}

export interface SigningPolicy {
  /** Path of the revoked SSH keys. */
  readonly revoked: string | undefined
  readonly principals: Readonly<Record<string, PrincipalPolicy>>
  /** Paths of roots and revocation lists in PEM. */
  readonly x509: { readonly roots: string; readonly crls: string | undefined } | undefined
  /** Paths of Sigstore's trusted root and of log entries fetched beforehand. */
  readonly sigstore:
    | { readonly trustedRoot: string; readonly proofs: string | undefined }
    | undefined
  readonly rules: SigningRules
}

/** How much a notice wants of its reader: `page` wakes somebody. */
export type Urgency = 'info' | 'warning' | 'page'

interface ChannelPolicy {
  /** The least urgency that the channel hears of. */
  readonly urgency: Urgency
}

/** The variable holds the address of an incoming webhook. */
export interface SlackPolicy extends ChannelPolicy {
  readonly kind: 'slack'
  readonly urlFrom: string
}

/** The variable holds the secret that signs what is posted. */
export interface WebhookPolicy extends ChannelPolicy {
  readonly kind: 'webhook'
  readonly url: string
  readonly secretFrom: string
}

/** The variable holds the routing key of an integration. */
export interface PagerDutyPolicy extends ChannelPolicy {
  readonly kind: 'pagerduty'
  readonly routingKeyFrom: string
  readonly region: 'us' | 'eu'
}

/** The variable holds an API token; incidents are opened synchronously, and who acknowledged is asked. */
export interface PagerDutyIncidentsPolicy extends ChannelPolicy {
  readonly kind: 'pagerduty-incidents'
  readonly tokenFrom: string
  readonly service: string
  /** Email of a user of the account. */
  readonly from: string
  readonly region: 'us' | 'eu'
}

/** One way to tell people what happens. */
export type NotifyPolicy = SlackPolicy | WebhookPolicy | PagerDutyPolicy | PagerDutyIncidentsPolicy

/** What people must agree to, and how many of them. */
export interface ApprovalsPolicy {
  /**
   * Whose word a change needs that loosens the policy: so many people with no hand in it. Undefined for
   * one, or for none while the trusted ref knows a single person.
   */
  readonly policyChange: number | undefined
}

/** `bulkhead.yml`, version 1, parsed and checked. */
export interface Policy {
  readonly version: 1
  readonly mode: Mode
  /** Path of the allowed signers (git's `allowed_signers` syntax): everybody's SSH keys. */
  readonly signers: string | undefined
  readonly signing: SigningPolicy
  readonly suites: Readonly<Record<string, SuitePolicy>>
  readonly build: {
    readonly command: readonly [string, ...string[]] | undefined
    /** Paths of the files that are shipped. */
    readonly artifacts: readonly [string, ...string[]]
  }
  readonly keys: {
    readonly voucher: readonly VoucherPolicy[]
    readonly builder: readonly KeyPolicy[]
    readonly gate: readonly KeyPolicy[]
    readonly ledger: readonly FileKeyPolicy[]
  }
  readonly approvals: ApprovalsPolicy
  /** How long a verdict stands. */
  readonly verdictExpires: Milliseconds
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>
  readonly notify: readonly NotifyPolicy[]
  readonly hotfix: HotfixPolicy
}

/** A policy with where it came from: what a verdict is bound to. */
export interface LoadedPolicy {
  readonly policy: Policy
  /** The commit it was read from; for a policy that the caller named by file, the one judged from. */
  readonly trustedRef: CommitId
  readonly blob: BlobId
  /**
   * SHA-256 over `bulkhead.yml` and every file that it names, by path and bytes: changing a signer
   * or a key changes the digest.
   */
  readonly digest: Digest
  /** Bytes of every named file at the trusted ref, by path (missing ones are findings at loading). */
  readonly files: ReadonlyMap<string, Buffer>
}
