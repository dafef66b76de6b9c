import { parse } from 'node:path'
import type { HotfixSubject } from '@bulkhead/approvals'
import type { Actor, EntryDraft, HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { Target } from '@bulkhead/rollout'
import {
  type CommitId,
  type Digest,
  type Finding,
  InputError,
  WorldError,
} from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { type ApprovalRequest, type MadeApproval, approve, gatherApprovals } from '../approvals.ts'
import { shippedArtifact } from '../deploy/shipped-artifact.ts'
import { type TrustedBase, environmentPolicy } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { agreedPlan } from './agreed-plan.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'
import { judgeHotfixApprovals } from './judge-hotfix.ts'

const MOST_BYTES = 64 * 1024

/** Who approves which hotfix by which plan, and why. */
export interface HotfixApprovalRequest extends Pick<ApprovalRequest, 'reason' | 'key'> {
  readonly base: TrustedBase
  readonly environment: string
  readonly hotfix: number | undefined
  readonly plan: Digest
  /** Where it would ship, if it can be seen from here: a digest of another plan is refused at once. */
  readonly target?: Pick<Target, 'topology'>
}

/**
 * Approves a hotfix as it would ship, in the approver's own name: this commit, the artifacts of its PASS,
 * this plan. Needs neither network nor the key of the ledger: the file is what counts.
 * @throws InputError when there is no PASS to agree to, or the key is nobody's who may approve
 */
export async function approveHotfix(
  workspace: Workspace,
  { base, environment, hotfix: named, plan, reason, key, target }: HotfixApprovalRequest,
): Promise<MadeApproval & { readonly notCounted: readonly Finding[] }> {
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, named)
  const subject = subjectOf(base, environment, hotfix, plan)
  if (target !== undefined)
    await requirePlanOfNow(workspace, base, { environment, hotfix, plan, target })
  const { policy, genesis } = base
  const lasts = policy.policy.hotfix.approvalExpires
  const request = { policy, genesis, reason, lasts, key }
  const made = await approve(workspace, request, { kind: 'hotfix', subject })
  const { notCounted } = await judgeHotfixApprovals(workspace, base, subject)
  const own = notCounted.filter(({ subject: name }) => name.includes(parse(made.file).name))
  return { ...made, notCounted: own }
}

/**
 * A person at three in the morning copies the wrong digest from the screen; it must not come out when it
 * is to ship. What cannot be planned from here is left to whoever ships.
 */
async function requirePlanOfNow(
  { repository }: Workspace,
  base: TrustedBase,
  {
    environment,
    hotfix: { commit },
    plan,
    target,
  }: {
    readonly environment: string
    readonly hotfix: HotfixOnRecord
    readonly plan: Digest
    readonly target: Pick<Target, 'topology'>
  },
): Promise<void> {
  const policy = environmentPolicy(base.policy, environment)
  const { state } = base.ledger
  const { digest: artifact } = shippedArtifact(policy, state.verdicts[commit]?.artifacts ?? [])
  const planned = await agreedPlan({
    repository,
    policy,
    state,
    target,
    release: { commit, artifact },
  }).catch((error: unknown) => {
    if (error instanceof WorldError) return undefined
    throw error
  })
  if (planned?.kind !== 'planned' || planned.plan.digest === plan) return
  throw new InputError({
    code: 'hotfix/approval-void',
    subject: `--plan ${plan}`,
    message: `is not the plan that would ship now, ${planned.plan.digest}`,
    remedy: `read that one (\`bulkhead plan --lane hotfix --commit ${commit}\`), and approve it`,
  })
}

/** What people agree to: the bytes are those of the PASS on record. @throws InputError without one */
export function subjectOf(
  { ledger }: TrustedBase,
  environment: string,
  { id, commit }: HotfixOnRecord,
  plan: Digest,
): HotfixSubject {
  const verdict = ledger.state.verdicts[commit]
  if (verdict === undefined || verdict.outcome !== 'PASS') throw notGated(commit)
  const artifacts = verdict.artifacts.map(({ digest }) => digest).toSorted()
  return { environment, hotfix: id, commit, artifacts, plan }
}

const notGated = (commit: CommitId): InputError =>
  new InputError({
    code: 'gate/unbound-artifact',
    subject: commit,
    message: 'no PASS about this hotfix is on record, so there are no bytes to agree to',
    remedy: `check it out, then \`bulkhead build\` and \`bulkhead gate --commit ${commit}\``,
  })

/** Puts an approval on record, so that whoever ships needs no file. */
export async function recordApproval(
  workspace: Workspace,
  request: HotfixRequest,
  { approval, file }: MadeApproval,
): Promise<void> {
  if (approval.kind !== 'hotfix') throw new TypeError('it is of a hotfix')
  const { subject } = approval
  const { ledger, hotfix } = await openHotfix(workspace, { ...request, hotfix: subject.hotfix })
  const bytes = await readRegularFile(file, MOST_BYTES)
  if (bytes === undefined) throw new TypeError('it was just written')
  const proof = Buffer.from(bytes).toString('base64')
  if (hotfix.approvals.some((one) => one.proof === proof)) return
  await ledger.append([approvedEntry(ledger, request.actors, subject, proof)])
}

const approvedEntry = (
  ledger: Pick<Ledger, 'known'>,
  actors: readonly Actor[],
  { hotfix, commit, plan }: HotfixSubject,
  proof: string,
): EntryDraft => ({
  kind: 'hotfix.approved',
  release: { commit, artifacts: ledger.known().verdicts[commit]?.artifacts ?? [] },
  actors,
  data: { of: hotfix, plan, source: 'ssh', proof },
})

/**
 * Puts the files that count on record before anything ships by them: an auditor must not need the clone
 * of whoever shipped to know who agreed.
 */
export async function recordFiled(
  workspace: Workspace,
  base: TrustedBase,
  { ledger, actors }: { readonly ledger: Ledger; readonly actors: readonly Actor[] },
  subject: HotfixSubject,
): Promise<void> {
  const { hotfixes } = await ledger.state()
  const { approvals } = chosenHotfix(hotfixes, subject.hotfix)
  const filed = await gatherApprovals(workspace, base.policy, base.genesis)
  const entries = filed.hotfixes
    .filter((one) => one.subject.hotfix === subject.hotfix && one.subject.plan === subject.plan)
    .filter((one) => one.subject.commit === subject.commit)
    .map(({ bytes }) => Buffer.from(bytes).toString('base64'))
    .filter((proof) => !approvals.some((one) => one.proof === proof))
    .map((proof) => approvedEntry(ledger, actors, subject, proof))
  if (entries.length > 0) await ledger.append(entries)
}
