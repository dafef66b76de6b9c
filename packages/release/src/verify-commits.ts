import { type LoadedPolicy, type Mode, loadPolicy, loadPolicyFile } from '@bulkhead/policy'
import {
  type CommitJudgement,
  type RangeSummary,
  type TagVerdict,
  judgeRange,
  verifyTag,
} from '@bulkhead/signatures'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { type EventRange, findBehindBase, findUnreachable, rangeOfEvent } from './event-range.ts'
import type { GithubEvent } from './github-event.ts'
import { pinnedGenesis } from './trusted-ref.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import type { Workspace } from './workspace.ts'

/** Whose word counts, and what the caller knows that the repository does not. */
export interface TrustRequest {
  /** Where the policy is read from; default: the base of an event, else genesis. */
  readonly trustedRef?: string
  /** A policy outside of the judged repository, trusted because the caller named it. */
  readonly policyFile?: string
  readonly genesis?: string
  /** Heads of pull requests that the forge may have squashed; each is judged too. */
  readonly pullRequestHeads?: readonly string[]
}

export interface VerifyCommitsRequest extends TrustRequest {
  /** `BASE..HEAD`, or one revision that is the head; default `<trusted ref>..HEAD`. */
  readonly range?: string
  /** Says what is judged instead of `range`. */
  readonly event?: GithubEvent
}

/** What is said of a range as a whole, and of the tag that came with it when there was one. */
export interface CommitsSummary extends RangeSummary {
  readonly tag?: TagVerdict
  /** Of the trusted policy: with `observe` what is found blocks nothing. */
  readonly mode: Mode
}

/** The same with every commit. */
export interface CommitsVerdict extends CommitsSummary {
  readonly commits: readonly CommitJudgement[]
}

type Judging = AsyncGenerator<readonly CommitJudgement[], CommitsSummary>

/** Says for every commit of a range who signed it and whether the trusted ref allows it. */
export const verifyCommits = (
  workspace: Workspace,
  request: VerifyCommitsRequest,
): Promise<CommitsVerdict> => gather(judgeCommits(workspace, request))

/** As {@link verifyCommits}, batch by batch, for ranges of any length: see {@link judgeRange}. */
export async function* judgeCommits(workspace: Workspace, request: VerifyCommitsRequest): Judging {
  const { repository } = workspace
  if (request.event !== undefined) return yield* judgeEvent(workspace, request, request.event)
  const [base, head] = splitRange(request.range ?? 'HEAD')
  const trusted = await trustedCommit(workspace, request, base)
  return yield* judgeWithin(workspace, request, {
    policy: await policyOf(workspace, request, trusted),
    base: base === undefined ? trusted : await repository.resolveCommit(base),
    head: await repository.resolveCommit(head),
  })
}

async function* judgeEvent(
  workspace: Workspace,
  request: VerifyCommitsRequest,
  event: GithubEvent,
): Judging {
  if (request.range !== undefined) throw bothNamed()
  const { repository } = workspace
  const named = request.trustedRef ?? request.genesis
  const trusted = named === undefined ? undefined : await repository.resolveCommit(named)
  const range = await rangeOfEvent(repository, event, trusted)
  const policy = await policyOf(workspace, request, trusted ?? range.base)
  const summary = yield* judgeWithin(workspace, request, { ...range, policy })
  const unreachable = await findUnreachable(repository, range.head)
  return unreachable === undefined ? summary : withFinding(summary, unreachable)
}

/** Judges a range, and the tag that led to it, under one policy. */
export async function* judgeWithin(
  { repository, clock }: Workspace,
  { pullRequestHeads = [] }: TrustRequest,
  { base, head, tag, policy }: EventRange & { readonly policy: LoadedPolicy },
): Judging {
  const heads = pullRequestHeads.map((name) => repository.resolveCommit(name))
  const common = { repository, ...(await trustedSignersOf(policy)), receiptTime: clock.now() }
  const summary = yield* judgeRange({
    ...common,
    range: { base, head },
    pullRequestHeads: await Promise.all(heads),
  })
  const behind = findBehindBase(summary)
  const judged = { ...summary, mode: policy.policy.mode }
  const range = behind === undefined ? judged : withFinding(judged, behind)
  if (tag === undefined) return range
  return { ...range, tag: await verifyTag({ ...common, ...tag, expected: head }) }
}

/** All batches of a range together. */
export async function gather(judging: Judging): Promise<CommitsVerdict> {
  const commits: CommitJudgement[] = []
  for (;;) {
    const step = await judging.next()
    if (step.done) return { ...step.value, commits }
    for (const judgement of step.value) commits.push(judgement)
  }
}

const withFinding = (summary: CommitsSummary, finding: Finding): CommitsSummary => ({
  ...summary,
  findings: [...summary.findings, finding],
})

/** The policy that the caller named by file, or that of the trusted commit. */
export const policyOf = (
  { repository }: Workspace,
  { policyFile }: TrustRequest,
  trusted: CommitId,
): Promise<LoadedPolicy> =>
  policyFile === undefined ? loadPolicy(repository, trusted) : loadPolicyFile(policyFile)

/** The commit that judging starts after, when the range itself does not say. */
export async function trustedCommit(
  workspace: Workspace,
  request: TrustRequest,
  base: string | undefined,
): Promise<CommitId> {
  if (request.trustedRef !== undefined)
    return workspace.repository.resolveCommit(request.trustedRef)
  if (request.policyFile !== undefined && base !== undefined)
    return workspace.repository.resolveCommit(base)
  return pinnedGenesis(workspace, request.genesis)
}

/** `A..B` → A and B; `B` → B alone. Three dots mean something else to git and are refused. */
function splitRange(range: string): readonly [string | undefined, string] {
  const [base, head, ...more] = range.split('..')
  if (head === undefined) return [undefined, range]
  if (
    more.length === 0 &&
    base !== undefined &&
    base !== '' &&
    head !== '' &&
    !head.startsWith('.')
  )
    return [base, head]
  throw new InputError({
    code: 'usage/invalid-option',
    subject: range,
    message: 'not a range of the form BASE..HEAD',
    remedy: 'write BASE..HEAD with two commits, or one commit',
  })
}

const bothNamed = (): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: 'range',
    message: 'a range and an event were both given, and may disagree',
    remedy: 'give one of them',
  })
