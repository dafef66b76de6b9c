import type { BlobId, CommitId, Digest, Milliseconds } from '@bulkhead/vocabulary'
import type { EnvironmentPolicy } from './environment-policy.ts'
import type { HotfixPolicy } from './hotfix-form.ts'
import type { FileKeyPolicy, KeyPolicy, VoucherPolicy } from './key-policy.ts'
import type { NotifyPolicy } from './notify-policy.ts'
import type { SigningPolicy } from './signing-policy.ts'
import type { SuitePolicy } from './suite-policy.ts'

/** `enforce` blocks; `observe` judges and reports everything and blocks nothing, said loudly. */
export type Mode = 'enforce' | 'observe'

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
