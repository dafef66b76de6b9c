import type { HotfixSubject, ReopeningSubject } from '@bulkhead/approvals'
import type { HotfixPolicy } from '@bulkhead/policy'
import type { Principal } from '@bulkhead/signatures'
import { type Finding, type ReasonCode, counted } from '@bulkhead/vocabulary'
import { handlesOf, handlesOfPrincipal, shareHandle } from './person.ts'

/** How far a colleague's clock may be ahead, in milliseconds. */
export const SKEW = 120_000

/** Somebody's yes, whose signature or review was checked just now by whom the trusted ref allows now. */
export interface GivenApproval<Subject = HotfixSubject> {
  /** How findings call it. */
  readonly name: string
  readonly subject: Subject
  readonly approver: Principal
  /** Milliseconds since the epoch, by the approver's clock. */
  readonly created: number
  readonly expires: number
  /** When it came on record, by the ledger's writer; undefined while it lies in a clone only. */
  readonly recorded: number | undefined
}

/** What is asked of people, whatever they agree to. */
interface Asking {
  /** Names and addresses of all who had a hand in it, and of whoever pushed it last. */
  readonly involved: readonly string[]
  /** Who may not agree for having declared it; undefined when the trusted ref knows nobody behind the record. */
  readonly trigger: Principal | 'anybody' | undefined
  readonly policy: Pick<HotfixPolicy, 'approvals' | 'approvalExpires'>
  /** Milliseconds since the epoch; never before the newest entry on record. */
  readonly now: number
}

export interface ApprovalQuestion extends Asking {
  /** What would ship now. */
  readonly subject: HotfixSubject
  readonly given: readonly GivenApproval[]
}

/** Asked of who wants to go back behind a fix: whoever made it may agree, and whoever goes back too. */
export interface ReopeningQuestion extends Pick<Asking, 'policy' | 'now'> {
  readonly subject: ReopeningSubject
  readonly given: readonly GivenApproval<ReopeningSubject>[]
}

export interface ApprovalJudgement {
  /** Why it may not ship; empty when enough people agree. */
  readonly findings: readonly Finding[]
  /** Who agrees. */
  readonly by: readonly { readonly name: string; readonly since: number; readonly until: number }[]
  /** Until when all of them agree; undefined when too few do. */
  readonly until: number | undefined
  /** Why what was given counts for nothing: told, and no reason to block by itself. */
  readonly notCounted: readonly Finding[]
}

/**
 * Whether enough people agree to exactly this. An approval counts when it is of this hotfix, commit,
 * artifacts and plan, in its time, by a person who neither made, pushed nor declared it; and each person
 * counts once, from however many accounts (DESIGN law 6).
 */
export const judgeApprovals = (question: ApprovalQuestion): ApprovalJudgement =>
  judgeAgreement({
    ...question,
    about: `hotfix ${question.subject.hotfix}`,
    command: `bulkhead hotfix approve --plan ${question.subject.plan}`,
    differs: (given) => differenceOf(given, question.subject),
  })

/** Whether enough people agree that going back takes this hotfix out again. */
export const judgeReopening = ({ subject, ...question }: ReopeningQuestion): ApprovalJudgement =>
  judgeAgreement({
    ...question,
    involved: [],
    trigger: 'anybody',
    about: `hotfix ${subject.hotfix}`,
    command: `bulkhead hotfix reopen --hotfix ${subject.hotfix} --to ${subject.commit}`,
    differs: (given) =>
      given.environment === subject.environment &&
      given.hotfix === subject.hotfix &&
      given.commit === subject.commit
        ? undefined
        : `it is of going back to ${given.commit} behind hotfix ${given.hotfix}`,
  })

interface Agreeing<Subject> extends Asking {
  readonly given: readonly GivenApproval<Subject>[]
  readonly about: string
  readonly command: string
  /** What an approval is about instead. */
  readonly differs: (given: Subject) => string | undefined
}

function judgeAgreement<Subject>(question: Agreeing<Subject>): ApprovalJudgement {
  const notCounted: Finding[] = []
  const people: Agreement[] = []
  for (const given of question.given.toSorted(byTime)) {
    const why = objectionTo(given, question)
    if (why !== undefined) notCounted.push(refusal(given, ...why))
    else if (!agree(people, given, question))
      notCounted.push(refusal(given, 'hotfix/same-person', 'this person has approved already'))
  }
  const enough = question.policy.approvals
  const lacking = enough - people.length
  const by = people.map(({ name, since, until }) => ({ name, since, until }))
  if (question.trigger === undefined)
    return { findings: [unknownTrigger(question)], by, until: undefined, notCounted }
  if (lacking > 0) return { findings: [tooFew(question, by)], by, until: undefined, notCounted }
  const ends = by.map(({ until }) => until).sort((a, b) => b - a)
  return { findings: [], by, until: ends[enough - 1], notCounted }
}

interface Agreement {
  readonly name: string
  readonly handles: ReadonlySet<string>
  readonly since: number
  readonly until: number
}

const byTime = (one: GivenApproval<unknown>, other: GivenApproval<unknown>): number =>
  startOf(one) - startOf(other) || (one.name < other.name ? -1 : 1)

const startOf = ({ created, recorded }: GivenApproval<unknown>): number => recorded ?? created

/** It ends when it says, but never later than the policy lets it from when it was given. */
const endOf = ({ created, expires, recorded }: GivenApproval<unknown>, lasts: number): number =>
  Math.min(expires, created + lasts, (recorded ?? Infinity) + lasts)

/**
 * Takes somebody in who has not agreed yet. Whoever shares an address with two who agreed shows that
 * these are one: they count once from then on.
 */
function agree(people: Agreement[], given: GivenApproval<unknown>, { policy }: Asking): boolean {
  const handles = handlesOfPrincipal(given.approver)
  const same = people.filter((one) => shareHandle(one.handles, handles))
  const [first, ...more] = same
  if (first === undefined) {
    const until = endOf(given, policy.approvalExpires)
    people.push({ name: given.approver.name, handles, since: startOf(given), until })
    return true
  }
  for (const one of more) people.splice(people.indexOf(one), 1)
  const until = Math.max(...same.map((one) => one.until), endOf(given, policy.approvalExpires))
  const all = new Set([...handles, ...same.flatMap((one) => [...one.handles])])
  people[people.indexOf(first)] = { ...first, handles: all, until }
  return false
}

function objectionTo<Subject>(
  given: GivenApproval<Subject>,
  { differs, involved, trigger, policy, now }: Agreeing<Subject>,
): readonly [ReasonCode, string] | undefined {
  const other = differs(given.subject)
  if (other !== undefined) return ['hotfix/approval-void', other]
  if (given.created > now + SKEW)
    return [
      'hotfix/approval-expired',
      `it was given at ${iso(given.created)}, which is yet to come`,
    ]
  const end = endOf(given, policy.approvalExpires)
  if (now >= end) return ['hotfix/approval-expired', `it held until ${iso(end)}`]
  const { approver } = given
  if (approver.role !== 'person')
    return ['hotfix/not-a-person', `${approver.name} is a ${approver.role}`]
  const handles = handlesOfPrincipal(approver)
  if (involved.some((name) => handlesOf(name).some((handle) => handles.has(handle))))
    return ['hotfix/self-approval', `${approver.name} has a hand in it`]
  const mayNot = trigger === 'anybody' ? undefined : trigger
  return mayNot !== undefined && shareHandle(handles, handlesOfPrincipal(mayNot))
    ? ['hotfix/approved-by-trigger', `${approver.name} declared it`]
    : undefined
}

function differenceOf(given: HotfixSubject, wanted: HotfixSubject): string | undefined {
  if (given.environment !== wanted.environment) return `it is for ${given.environment}`
  if (given.hotfix !== wanted.hotfix) return `it is of hotfix ${given.hotfix}`
  if (given.commit !== wanted.commit) return `it is of commit ${given.commit}`
  if (given.artifacts.toSorted().join() !== wanted.artifacts.toSorted().join())
    return 'it is of other artifacts'
  return given.plan === wanted.plan ? undefined : `it is of the plan ${given.plan}`
}

const iso = (time: number): string => new Date(time).toISOString()

const REMEDIES: Partial<Record<ReasonCode, string>> = {
  'hotfix/approval-void': 'have it given for what ships now: `bulkhead hotfix approve`',
  'hotfix/approval-expired': 'have it given again: `bulkhead hotfix approve`',
}

const refusal = (given: GivenApproval<unknown>, code: ReasonCode, message: string): Finding => ({
  code,
  subject: given.name,
  message,
  remedy: REMEDIES[code] ?? 'have somebody else approve: `bulkhead hotfix approve`',
})

const tooFew = (
  { about, command, policy }: Omit<Agreeing<never>, 'given' | 'differs'>,
  by: readonly { readonly name: string }[],
): Finding => ({
  code: 'hotfix/too-few-approvals',
  subject: about,
  message: `${by.length} of ${counted(policy.approvals, 'person agrees', 'people agree')}${by.length === 0 ? '' : `: ${by.map(({ name }) => name).join(', ')}`}`,
  remedy: `have others approve: \`${command}\``,
})

const unknownTrigger = ({ about }: { readonly about: string }): Finding => ({
  code: 'hotfix/unknown-trigger',
  subject: about,
  message: 'nobody whom the trusted ref knows declared it, so nobody can be told apart from them',
  remedy:
    'have somebody declare it whose address (`git config user.email`) stands in the allowed signers or under `signing.principals`',
})
