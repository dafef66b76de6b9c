import { APPROVAL_NAMESPACE, type HotfixSubject, agreementLine } from '@bulkhead/approvals'
import type { ForgeWord, ForgeWords } from '@bulkhead/github'
import { type GivenApproval, principalBehind, readForgeWord } from '@bulkhead/hotfix'
import type { HotfixApprovalOnRecord, HotfixOnRecord } from '@bulkhead/ledger'
import type { Principal, TrustedSigners } from '@bulkhead/signatures'
import { signersOfStatements } from '@bulkhead/signatures'
import { type CommitId, type Finding, WorldError } from '@bulkhead/vocabulary'
import type { TrustedBase } from '../trusted-ref.ts'

/** What a forge is asked about a hotfix. */
export interface HotfixForge {
  /** @throws WorldError when it does not answer */
  readonly words: (commit: CommitId, runs: readonly string[]) => Promise<ForgeWords>
}

/** What a forge says of the approvals that are on record, and who pushed. */
export interface ForgeJudgement {
  readonly given: readonly GivenApproval[]
  readonly refused: readonly Finding[]
  /** Whoever pushed the commit, by every name that the trusted ref knows. */
  readonly pushers: readonly string[]
}

export interface ForgeApprovalsQuestion {
  readonly forge: HotfixForge | undefined
  readonly base: TrustedBase
  readonly hotfix: HotfixOnRecord
  readonly subject: HotfixSubject
  /** Of the trusted ref, as it is now. */
  readonly trusted: TrustedSigners
  readonly principals: readonly Principal[]
  readonly now: number
}

/**
 * Asks the forge again about every approval that came from it: dismissed, overtaken by a push, or given
 * by somebody who may not write any more, it holds no longer. A forge that is down takes its own
 * approvals out, and no others.
 */
export async function judgeForgeApprovals(
  question: ForgeApprovalsQuestion,
): Promise<ForgeJudgement> {
  const { forge, hotfix } = question
  const recorded = hotfix.approvals.filter(({ source }) => source !== 'ssh')
  if (forge === undefined)
    return { given: [], refused: recorded.map((one) => refuse(one, NOT_ASKED)), pushers: [] }
  try {
    const { words, pushers } = await askForWords(question, forge, [])
    const names = pushers.flatMap((id) => namesBehind(id, question.principals))
    const read = recorded.map((one) =>
      pushers.length === 0 ? refuse(one, NO_PUSHER) : readRecorded(one, words, question),
    )
    return {
      given: read.flatMap((one) => ('approver' in one ? [one] : [])),
      refused: read.flatMap((one) => ('approver' in one ? [] : [one])),
      pushers: names,
    }
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    const why = `GitHub does not answer: ${error.findings[0]?.message ?? 'it failed'}`
    return { given: [], refused: recorded.map((one) => refuse(one, why)), pushers: [] }
  }
}

const NOT_ASKED = 'GitHub was not asked about it'
const NO_PUSHER = 'GitHub does not say who pushed the commit'

/** Words about the commit, and of the runs that approvals on record, or the caller, name. */
export const askForWords = (
  { hotfix, subject }: Pick<ForgeApprovalsQuestion, 'hotfix' | 'subject'>,
  forge: HotfixForge,
  runs: readonly string[],
): Promise<ForgeWords> =>
  forge.words(subject.commit, [
    ...runs,
    ...hotfix.approvals.flatMap(({ proof }) => RUN.exec(proof)?.[1] ?? []),
  ])

const RUN = / run ([1-9][0-9]{0,18}) approved by [0-9]+$/

function readRecorded(
  approval: HotfixApprovalOnRecord,
  words: readonly ForgeWord[],
  question: ForgeApprovalsQuestion,
): GivenApproval | Finding {
  const { proof, source } = approval
  const word = words.find((one) => one.reference === proof && one.source === source)
  if (word === undefined) return refuse(approval, 'GitHub knows no such approval (any more)')
  const read = readWord(word, question)
  if (read.kind === 'refused') return read.finding
  return { ...read.given, recorded: Date.parse(approval.at) }
}

/** Whether one word counts, by whom the trusted ref lets approve now. */
export const readWord = (
  word: ForgeWord,
  { base, subject, trusted, principals, now }: Omit<ForgeApprovalsQuestion, 'forge' | 'hotfix'>,
) =>
  readForgeWord(word, {
    subject,
    line: agreementLine(base.genesis, subject),
    principals,
    approvers: signersOfStatements(trusted, { namespace: APPROVAL_NAMESPACE, time: now }),
  })

/** An account, and everybody whom the trusted ref knows behind it. */
function namesBehind(id: number, principals: readonly Principal[]): readonly string[] {
  const handle = `github:${id}`
  const person = principalBehind(handle, principals)
  return person === undefined ? [handle] : [handle, person.name, ...person.committers]
}

const refuse = (
  { index, source }: Pick<HotfixApprovalOnRecord, 'index' | 'source'>,
  message: string,
): Finding => ({
  code: 'hotfix/approval-refused',
  subject: `entry ${index} (${source})`,
  message,
  remedy:
    'approve by key, which needs no GitHub: `bulkhead hotfix approve`; or give GITHUB_TOKEN and GITHUB_REPOSITORY, and try again',
})
