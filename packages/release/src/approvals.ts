import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  APPROVAL_NAMESPACE,
  type Approval,
  type OpenedApproval,
  approvalFile,
  bytesToSign,
  openApproval,
} from '@bulkhead/approvals'
import type { Amendment } from '@bulkhead/gate'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type CommitId, type Digest, type Finding, InputError, digest } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { writeWhole } from './build-release.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import { type Workspace, ownDirectory } from './workspace.ts'

const MOST_BYTES = 64 * 1024
/** Far more than anybody gives; each costs a signature check. */
const MOST_FILES = 1_000

const approvalsDirectory = ({ repository }: Pick<Workspace, 'repository'>): string =>
  join(ownDirectory(repository), 'approvals')

/** What the approvals of a clone come to under one policy. */
export interface GatheredApprovals {
  readonly amendments: readonly Amendment[]
  /** The files that count, by digest, with who gave them: for the record. */
  readonly given: readonly { readonly digest: Digest; readonly approver: string }[]
  /** Why an approval that lies there counts for nothing: told, never a reason to block by itself. */
  readonly refused: readonly Finding[]
}

/** Reads every approval that lies in this clone, by the signers of the trusted ref. */
export async function gatherApprovals(
  workspace: Workspace,
  policy: LoadedPolicy,
  genesis: CommitId,
): Promise<GatheredApprovals> {
  const directory = approvalsDirectory(workspace)
  const names: string[] = await readdir(directory).catch(() => [])
  names.sort()
  if (names.length === 0) return { amendments: [], given: [], refused: [] }
  const trusted = await trustedSignersOf(policy)
  const amendments: Amendment[] = []
  const given: GatheredApprovals['given'][number][] = []
  const refused: Finding[] = []
  for (const name of names.slice(0, MOST_FILES)) {
    const bytes = await readRegularFile(join(directory, name), MOST_BYTES)
    if (bytes === undefined) continue
    const opened = openApproval(bytes, { genesis, now: workspace.clock.now(), trusted, name })
    if (opened.kind === 'refused') refused.push(opened.finding)
    else {
      amendments.push(amendmentOf(opened))
      given.push({ digest: opened.digest, approver: opened.approver.name })
    }
  }
  return { amendments, given, refused }
}

/** Every address of the approver counts as theirs: an editor under any of them is no somebody else. */
const amendmentOf = ({
  approval: { subject },
  approver,
}: Extract<OpenedApproval, { readonly kind: 'approved' }>): Amendment => ({
  suite: subject.suite,
  path: subject.path,
  oldDigest: subject.from,
  newDigest: subject.to,
  approvers: [approver.name, ...approver.committers],
})

export interface ApproveAmendmentRequest {
  readonly policy: LoadedPolicy
  readonly genesis: CommitId
  readonly commit: CommitId
  readonly suite: string
  readonly path: string
  readonly reason: string
  /** How long it holds, in milliseconds. */
  readonly lasts: number
  /** The approver's SSH key: a private key, or the public half of one that an agent holds. */
  readonly key: string
}

export interface MadeApproval {
  readonly approval: Approval
  /** Where it lies; a copy of this file is what a colleague needs. */
  readonly file: string
}

/**
 * Approves the change of one file between the trusted ref and a commit, in the approver's own name.
 * @throws InputError when the file did not change, or the key is nobody's who may approve
 */
export async function approveAmendment(
  workspace: Workspace,
  request: ApproveAmendmentRequest,
): Promise<MadeApproval> {
  const { policy, genesis, commit, suite, path, reason, lasts } = request
  const { repository, clock } = workspace
  const [from, to] = await Promise.all([
    contentOf(repository, policy.trustedRef, path),
    contentOf(repository, commit, path),
  ])
  if (from === null || from === to) throw nothingToApprove(path, policy.trustedRef, commit)
  const created = clock.now()
  const approval: Approval = {
    version: '1',
    kind: 'amendment',
    genesis,
    subject: { suite, path, from, to },
    reason,
    created: new Date(created).toISOString(),
    expires: new Date(created + lasts).toISOString(),
  }
  const armor = await signWithSshKeygen(workspace, bytesToSign(approval), request.key)
  return { approval, file: await keepApproval(workspace, approvalFile(approval, armor), request) }
}

/**
 * Takes over an approval that a colleague has sent, once it is known to count.
 * @returns where it lies now
 * @throws InputError with the reason why it counts for nothing
 */
export async function keepApproval(
  workspace: Workspace,
  bytes: Uint8Array,
  { policy, genesis }: Pick<ApproveAmendmentRequest, 'policy' | 'genesis'>,
): Promise<string> {
  const trusted = await trustedSignersOf(policy)
  const now = workspace.clock.now()
  const opened = openApproval(bytes, { genesis, now, trusted, name: 'the approval' })
  if (opened.kind === 'refused') throw new InputError(opened.finding)
  const directory = approvalsDirectory(workspace)
  await mkdir(directory, { recursive: true })
  const file = join(
    directory,
    `${opened.digest.slice('sha256:'.length, 'sha256:'.length + 16)}.json`,
  )
  await writeWhole(file, bytes)
  return file
}

async function contentOf(
  repository: Workspace['repository'],
  commit: CommitId,
  path: string,
): Promise<Digest | null> {
  const file = await repository.readFile(commit, path)
  if (file === undefined) return null
  return digest(`sha256:${createHash('sha256').update(file.bytes).digest('hex')}`)
}

/** ssh-keygen signs files, so that keys in agents and tokens work as they do for git. */
async function signWithSshKeygen(
  { run, repository }: Workspace,
  bytes: Buffer,
  key: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-approve-'))
  try {
    const file = join(folder, randomUUID())
    await writeFile(file, bytes)
    const argv = ['ssh-keygen', '-Y', 'sign', '-n', APPROVAL_NAMESPACE, '-f', key, file] as const
    const { end, stderr } = await run({ argv, cwd: repository.root })
    if (end.kind === 'exited' && end.code === 0) return await readFile(`${file}.sig`, 'utf8')
    throw new InputError({
      code: 'usage/wrong-key',
      subject: key,
      message: `ssh-keygen could not sign with it: ${stderr.toString().trim().slice(0, 300)}`,
      remedy: 'name your own SSH key: `--key ~/.ssh/id_ed25519`',
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const nothingToApprove = (path: string, from: CommitId, to: CommitId): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `--path ${path}`,
    message: `the file is the same in ${from.slice(0, 12)} and ${to.slice(0, 12)}, or new: there is nothing to approve`,
    remedy:
      'name the file that `gate/edited-test-file` or `gate/inventory-shrunk` names, and the commit that changes it',
  })
