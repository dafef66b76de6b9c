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
