import { type HotfixSubject, type OpenedApproval, openApproval } from '@bulkhead/approvals'
import {
  type ApprovalJudgement,
  type GivenApproval,
  SKEW,
  judgeApprovals,
  principalBehind,
  refuseUnreviewed,
} from '@bulkhead/hotfix'
import type { HotfixApprovalOnRecord } from '@bulkhead/ledger'
import { type Principal, type TrustedSigners, rosterOf } from '@bulkhead/signatures'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { gatherApprovals } from '../approvals.ts'
import { peopleOf } from '../file-states.ts'
import { namesOf } from '../range-authors.ts'
import type { TrustedBase } from '../trusted-ref.ts'
import { trustedSignersOf } from '../trusted-signers.ts'
import type { Workspace } from '../workspace.ts'
import { refuseChange } from './declare-hotfix.ts'
import { judgeForgeApprovals } from './forge-approvals.ts'
import { chosenHotfix, nowFor } from './hotfix-access.ts'

/**
 * Why a hotfix may not ship now, by people and by what it changes: asked when it is about to ship, with
 * the signers whom the trusted ref allows now. Signatures, suites and verdict are asked elsewhere, as
 * for every release.
 */
export async function refuseHotfix(
  workspace: Workspace,
  base: TrustedBase,
  subject: HotfixSubject,
): Promise<readonly Finding[]> {
  const { state } = base.ledger
  const hotfix = chosenHotfix(state.hotfixes, subject.hotfix)
  const { policy } = base.policy
  return [
    ...(await refuseDisagreement(workspace, base, subject)),
    ...(await refuseChange(workspace, base, hotfix)),
    ...refuseUnreviewed(state.hotfixes, policy.hotfix, workspace.clock.now()),
  ]
}

/** Why too few people agree now; empty when enough do. */
export async function refuseDisagreement(
  workspace: Workspace,
  base: TrustedBase,
  subject: HotfixSubject,
): Promise<readonly Finding[]> {
  const { findings, notCounted } = await judgeHotfixApprovals(workspace, base, subject)
  return findings.length === 0 ? [] : [...findings, ...notCounted]
}

/** Who agrees to a hotfix as it would ship now, whether their word is on record or in this clone. */
export async function judgeHotfixApprovals(
  workspace: Workspace,
  base: TrustedBase,
  subject: HotfixSubject,
): Promise<ApprovalJudgement> {
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, subject.hotfix)
  const { trusted, principals } = await peopleTrusted(workspace, base)
  const now = nowFor(workspace, hotfix)
  const { forge } = workspace
  const said = await judgeForgeApprovals({
    forge,
    base,
    hotfix,
    subject,
    trusted,
    principals,
    now,
  })
  const signed = hotfix.approvals.filter(({ source }) => source === 'ssh')
  const recorded = signed.map((approval) =>
    openRecorded(approval, {
      genesis: base.genesis,
      now,
      skew: SKEW,
      trusted,
    }),
  )
  const local = await gatherApprovals(workspace, base.policy, base.genesis)
  const given = distinct([
    ...recorded.flatMap((one) => one.given),
    ...said.given,
    ...local.hotfixes.filter((one) => one.subject.hotfix === hotfix.id),
  ])
  const judged = judgeApprovals({
    subject,
    given,
    involved: [...(await handsIn(workspace, base, subject.commit)), ...said.pushers],
    trigger: principalBehind(hotfix.by, principals),
    policy: base.policy.policy.hotfix,
    now,
  })
  const lapsed = local.lapsed.filter((one) => one.hotfix === hotfix.id)
  const refused = [
    ...recorded.flatMap((one) => one.refused),
    ...said.refused,
    ...lapsed.map(({ finding }) => over(finding)),
  ]
  return { ...judged, notCounted: [...judged.notCounted, ...refused] }
}

/** Who may sign by the trusted ref, and everybody whom it names. */
export async function peopleTrusted(
  workspace: Workspace,
  base: TrustedBase,
): Promise<{ readonly trusted: TrustedSigners; readonly principals: readonly Principal[] }> {
  const trusted = await trustedSignersOf(base.policy)
  return { trusted, principals: principalsOf(base, rosterOf(trusted, workspace.clock.now())) }
}

/** Everybody whom the trusted ref names, by keys or by addresses. */
const principalsOf = (
  { policy }: TrustedBase,
  roster: readonly { readonly principal: Principal }[],
): readonly Principal[] => [
  ...roster.map(({ principal }) => principal),
  ...Object.entries(policy.policy.signing.principals).map(([name, { role, committers }]) => ({
    name,
    role,
    committers,
  })),
]

interface Opened {
  readonly given: readonly GivenApproval[]
  readonly refused: readonly Finding[]
}

type Opening = Omit<Parameters<typeof openApproval>[1], 'name'>

/** What a recorded approval says, by its own bytes: the entry around it is a way to find it. */
function openRecorded({ proof, at, index }: HotfixApprovalOnRecord, opening: Opening): Opened {
  const name = `entry ${index}`
  const opened: OpenedApproval = openApproval(Buffer.from(proof, 'base64'), { ...opening, name })
  if (opened.kind === 'refused')
    return { given: [], refused: [refusal(name, opened.finding.message)] }
  const { approval, approver, digest } = opened
  if (approval.kind !== 'hotfix')
    return { given: [], refused: [refusal(name, `it approves a ${approval.kind}`)] }
  return {
    given: [
      {
        name: `approval ${digest.slice('sha256:'.length, 'sha256:'.length + 16)} of ${approver.name}`,
        subject: approval.subject,
        approver,
        created: Date.parse(approval.created),
        expires: Date.parse(approval.expires),
        recorded: Date.parse(at),
      },
    ],
    refused: [],
  }
}

/** One file on record and in the clone is one approval; its name has its digest. */
const distinct = (given: readonly GivenApproval[]): readonly GivenApproval[] => [
  ...new Map(given.toReversed().map((one) => [one.name, one])).values(),
]

/** Authors, co-authors and committers of everything that the hotfix adds, by every name of theirs. */
async function handsIn(
  { repository }: Workspace,
  { policy, ledger, genesis }: TrustedBase,
  commit: CommitId,
): Promise<readonly string[]> {
  const people = new Set<string>()
  const deployed = ledger.state.released?.commit ?? genesis
  for await (const { object } of repository.readRange({ base: deployed, head: commit }))
    for (const address of peopleOf(object.bytes.toString())) people.add(address)
  return [...people].flatMap((address) => [address, ...namesOf(policy, address)])
}

const refusal = (subject: string, message: string): Finding => ({
  code: 'hotfix/approval-refused',
  subject,
  message,
  remedy: 'have a person approve whom the trusted ref allows: `bulkhead hotfix approve`',
})

/** One that is over was right when it was given: who waits for it must know that. */
const over = ({ subject, message }: Finding): Finding => ({
  code: 'hotfix/approval-expired',
  subject,
  message,
  remedy: 'have it given again: `bulkhead hotfix approve`',
})

/** Since when enough people agree, in milliseconds since the epoch; undefined when too few do. */
export function agreedSince(
  { findings, by }: ApprovalJudgement,
  { approvals }: { readonly approvals: number },
): number | undefined {
  return findings.length > 0
    ? undefined
    : by.map(({ since }) => since).toSorted((a, b) => a - b)[approvals - 1]
}
