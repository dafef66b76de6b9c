import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Approvable,
  type Approval,
  type OpenedApproval,
  type ReopeningSubject,
  approvalFile,
  bytesToSign,
  openApproval,
} from '@bulkhead/approvals'
import type { Amendment, PolicyApproval, Waiver } from '@bulkhead/gate'
import { type GivenApproval, SKEW } from '@bulkhead/hotfix'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type CommitId, type Digest, type Finding, InputError } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { writeWhole } from './build-release.ts'
import { digestAt } from './file-states.ts'
import { signWithSshKeygen } from './ssh-keygen.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import { type Workspace, ownDirectory } from './workspace.ts'

const MOST_BYTES = 64 * 1024
/** Far more than anybody gives; each costs a signature check. */
const MOST_FILES = 1_000

const approvalsDirectory = ({ repository }: Pick<Workspace, 'repository'>): string =>
  join(ownDirectory(repository), 'approvals')

/** An approval of a hotfix that lies in a clone, with the signed bytes that a ledger may carry. */
export interface FiledApproval extends GivenApproval {
  readonly bytes: Uint8Array
}

/** What the approvals of a clone come to under one policy. */
export interface GatheredApprovals {
  readonly amendments: readonly Amendment[]
  readonly waivers: readonly Waiver[]
  readonly policyChanges: readonly PolicyApproval[]
  /** Whether these count is judged with the hotfix that they are about. */
  readonly hotfixes: readonly FiledApproval[]
  /** Approvals of hotfixes that were right and are over, by the number of the hotfix. */
  readonly lapsed: readonly { readonly hotfix: number; readonly finding: Finding }[]
  readonly reopenings: readonly GivenApproval<ReopeningSubject>[]
  /** The files that count, by digest, with who gave them: for the record. */
  readonly given: readonly { readonly digest: Digest; readonly approver: string }[]
  /** Why an approval that lies there counts for nothing: told, never a reason to block by itself. */
  readonly refused: readonly Finding[]
}

/** What a clone in which nobody has approved anything comes to. */
export const NO_APPROVALS: GatheredApprovals = {
  amendments: [],
  waivers: [],
  policyChanges: [],
  hotfixes: [],
  lapsed: [],
  reopenings: [],
  given: [],
  refused: [],
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
  if (names.length === 0) return NO_APPROVALS
  const trusted = await trustedSignersOf(policy)
  const opened: (OpenedApproval & { readonly bytes: Uint8Array })[] = []
  for (const name of names.slice(0, MOST_FILES)) {
    const bytes = await readRegularFile(join(directory, name), MOST_BYTES)
    if (bytes !== undefined)
      opened.push({
        ...openApproval(bytes, { genesis, now: workspace.clock.now(), skew: SKEW, trusted, name }),
        bytes,
      })
  }
  const sound = opened.filter((one) => one.kind === 'approved')
  return {
    amendments: sound.flatMap(amendmentOf),
    waivers: sound.flatMap(waiverOf),
    policyChanges: sound.flatMap(policyApprovalOf),
    hotfixes: sound.flatMap(hotfixOf),
    lapsed: opened.flatMap(lapsedOf),
    reopenings: sound.flatMap(reopeningOf),
    given: sound.map(({ digest: of, approver }) => ({ digest: of, approver: approver.name })),
    refused: opened.flatMap((one) => (one.kind === 'refused' ? [one.finding] : [])),
  }
}

type Sound = Extract<OpenedApproval, { readonly kind: 'approved' }>

/** Every address of the approver counts as theirs: an editor under any of them is no somebody else. */
const everyNameOf = ({ approver }: Sound): readonly string[] => [
  approver.name,
  ...approver.committers,
]

function amendmentOf(opened: Sound): readonly Amendment[] {
  const { approval } = opened
  if (approval.kind !== 'amendment') return []
  const { suite, path, from, to } = approval.subject
  return [{ suite, path, oldDigest: from, newDigest: to, approver: everyNameOf(opened) }]
}

function policyApprovalOf(opened: Sound): readonly PolicyApproval[] {
  const { approval } = opened
  return approval.kind === 'policy-change'
    ? [{ ...approval.subject, approver: everyNameOf(opened) }]
    : []
}

function hotfixOf(opened: Sound & Pick<FiledApproval, 'bytes'>): readonly FiledApproval[] {
  const { approval, bytes } = opened
  return approval.kind === 'hotfix'
    ? [{ subject: approval.subject, ...givenBy(opened), bytes }]
    : []
}

function lapsedOf(opened: OpenedApproval): GatheredApprovals['lapsed'] {
  if (opened.kind === 'approved' || opened.lapsed?.kind !== 'hotfix') return []
  return [{ hotfix: opened.lapsed.subject.hotfix, finding: opened.finding }]
}

function reopeningOf(opened: Sound): readonly GivenApproval<ReopeningSubject>[] {
  const { approval } = opened
  return approval.kind === 'reopening' ? [{ subject: approval.subject, ...givenBy(opened) }] : []
}

/** Who gave an approval that lies in a clone, and when. */
const givenBy = ({ approval, approver, digest: of }: Sound) => ({
  name: `approval ${of.slice('sha256:'.length, 'sha256:'.length + 16)} of ${approver.name}`,
  approver,
  created: Date.parse(approval.created),
  expires: Date.parse(approval.expires),
  recorded: undefined,
})

function waiverOf(opened: Sound): readonly Waiver[] {
  const { approval, digest: of } = opened
  if (approval.kind !== 'waiver') return []
  const { expires } = approval
  return [{ ...approval.subject, expires, digest: of, approver: everyNameOf(opened) }]
}

/** Who approves, why and for how long; and by which policy it must count. */
export interface ApprovalRequest {
  readonly policy: LoadedPolicy
  readonly genesis: CommitId
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
  request: ApprovalRequest,
  {
    commit,
    suite,
    path,
  }: { readonly commit: CommitId; readonly suite: string; readonly path: string },
): Promise<MadeApproval> {
  const { repository } = workspace
  const [from, to] = await Promise.all([
    digestAt(repository, request.policy.trustedRef, path),
    digestAt(repository, commit, path),
  ])
  if (from === null || from === to) throw nothingToApprove(path, request.policy.trustedRef, commit)
  return approve(workspace, request, { kind: 'amendment', subject: { suite, path, from, to } })
}

/** Signs what is approved, and keeps it once it is known to count. */
export async function approve(
  workspace: Workspace,
  request: ApprovalRequest,
  what: Approvable,
): Promise<MadeApproval> {
  const created = workspace.clock.now()
  const approval: Approval = {
    version: '1',
    ...what,
    genesis: request.genesis,
    reason: request.reason,
    created: new Date(created).toISOString(),
    expires: new Date(created + request.lasts).toISOString(),
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
  { policy, genesis }: Pick<ApprovalRequest, 'policy' | 'genesis'>,
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

const nothingToApprove = (path: string, from: CommitId, to: CommitId): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `--path ${path}`,
    message: `the file is the same in ${from.slice(0, 12)} and ${to.slice(0, 12)}, or new: there is nothing to approve`,
    remedy:
      'name the file that `gate/edited-test-file` or `gate/inventory-shrunk` names, and the commit that changes it',
  })
