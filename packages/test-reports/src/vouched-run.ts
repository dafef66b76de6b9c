import { type Signer, sha256 } from '@bulkhead/envelope'
import { type CommitId, type Digest, type Finding, InputError, counted } from '@bulkhead/vocabulary'
import { remark } from './remarks.ts'
import type { RunRecord } from './run-record.ts'
import { signRunRecord, writeRunRecord } from './run-statement.ts'
import { stageEvidence } from './suite-evidence.ts'
import { type SuiteRunRequest, runSuite } from './suite-run.ts'

/** The little that a voucher needs to know of the repository. */
export interface Checkout {
  /** Top of the work tree. */
  readonly root: string
  /** The commit that is checked out now. */
  head(): Promise<CommitId>
  /** Paths that differ from it or are untracked and not ignored. */
  dirtyPaths(): Promise<readonly string[]>
}

export interface VouchedRunRequest extends Omit<SuiteRunRequest, 'root'> {
  readonly checkout: Checkout
  /** Undefined when a forge is to vouch for the record, by its digest. */
  readonly signer: Signer | undefined
  /** The folder of this part in `<evidence>/<suite>` is replaced by what this run left. */
  readonly evidence: string
}

/** What a caller learns of a run that was vouched for. */
export interface RunSummary {
  readonly record: RunRecord
  readonly findings: readonly Finding[]
  /** SHA-256 of the file that was kept of the record; undefined when none was kept here. */
  readonly kept?: Digest
}

/**
 * Runs a suite at the commit that is checked out, signs what was seen and keeps it as evidence. The
 * work tree must be that commit before and after: a record of anything else would vouch for code that
 * no commit names. A cancelled run leaves no evidence.
 *
 * @throws InputError `test/wrong-checkout`, `git/dirty-worktree`, `test/changed-under-run`, and those
 *   of the run itself
 */
export async function runVouchedSuite(request: VouchedRunRequest): Promise<RunSummary> {
  const { checkout, commit, suite } = request
  await requireCheckout(checkout, commit)
  const staged = await stageEvidence(request.evidence, suite, request.part)
  try {
    const { record, findings } = await runSuite({ ...request, root: checkout.root }, staged.reports)
    if (record.end.kind === 'cancelled') return { record, findings }
    await requireUnchanged(checkout, commit)
    const { signer } = request
    const bytes =
      signer === undefined ? writeRunRecord(record) : await signRunRecord(record, signer)
    await staged.publish(bytes)
    return { record, findings, kept: sha256(bytes) }
  } finally {
    await staged.discard()
  }
}

async function requireCheckout(checkout: Checkout, commit: CommitId): Promise<void> {
  const head = await checkout.head()
  if (head !== commit) {
    const message = `${head} is checked out, not ${commit}`
    throw new InputError(remark('test/wrong-checkout', checkout.root, message))
  }
  const dirty = await checkout.dirtyPaths()
  if (dirty.length > 0)
    throw new InputError(remark('git/dirty-worktree', checkout.root, describeDirt(dirty)))
}

async function requireUnchanged(checkout: Checkout, commit: CommitId): Promise<void> {
  const [head, dirty] = await Promise.all([checkout.head(), checkout.dirtyPaths()])
  if (head === commit && dirty.length === 0) return
  const message =
    head === commit ? describeDirt(dirty) : `${head} is checked out now, it was ${commit}`
  throw new InputError(remark('test/changed-under-run', checkout.root, message))
}

const describeDirt = (dirty: readonly string[]): string =>
  `${counted(dirty.length, 'path differs', 'paths differ')} from HEAD: ${dirty.slice(0, 5).join(', ')}${dirty.length > 5 ? ', …' : ''}`
