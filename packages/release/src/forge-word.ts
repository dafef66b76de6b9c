import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type GithubApi, resolveRunEvidence } from '@bulkhead/github'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { ForgeVouched, RunIdentity } from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { type Workspace, suitesDirectory } from './workspace.ts'

/** The run of a workflow whose artifacts hold the evidence, and how GitHub is asked about it. */
export interface WorkflowEvidence {
  readonly api: GithubApi
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly run: RunIdentity
}

/** What GitHub vouches for, and why not for more. */
export interface ForgeWord {
  readonly vouched: ForgeVouched
  readonly findings: readonly Finding[]
}

export interface ForgeQuestion {
  readonly commit: CommitId
  /** The policy of the trusted ref: it says which job's word counts. */
  readonly policy: LoadedPolicy
  readonly workflow: WorkflowEvidence
}

/**
 * Brings the run records and reports of a workflow run into the folder of evidence, where a suite that
 * ran here would have left them, and says which records GitHub vouches for. Nothing is asked where the
 * policy lets no job vouch.
 * @throws WorldError when GitHub does not answer
 */
export async function askForge(
  workspace: Workspace,
  { commit, policy, workflow }: ForgeQuestion,
): Promise<ForgeWord> {
  const vouchers = policy.policy.keys.voucher.flatMap((entry) =>
    'github' in entry ? [entry.github] : [],
  )
  if (vouchers.length === 0) return { vouched: new Map(), findings: [] }
  const { repository } = workspace
  const blobAt = async (ref: CommitId, path: string) => (await repository.readFile(ref, path))?.blob
  const { files, vouched, findings } = await resolveRunEvidence(
    {
      ...workflow,
      commit,
      blobsOf: async (path) => ({
        trusted: await blobAt(policy.trustedRef, path),
        judged: await blobAt(commit, path),
      }),
    },
    vouchers,
  )
  const directory = suitesDirectory(repository, commit)
  const parts = new Set(files.map(({ path }) => path.split('/').slice(0, 2).join('/')))
  for (const part of parts) await rm(join(directory, part), { recursive: true, force: true })
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), bytes, { flag: 'wx' })
  }
  return { vouched, findings }
}
