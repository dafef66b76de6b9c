import { type HotfixSubject, hasAgreement } from '@bulkhead/approvals'
import type { Principal } from '@bulkhead/signatures'
import type { Finding, ReasonCode } from '@bulkhead/vocabulary'
import type { GivenApproval } from './judge-approvals.ts'
import { handlesOfPrincipal, principalBehind, shareHandle } from './person.ts'

/** What an account said on a forge for a commit, as the forge says now. */
export interface ForgeWord {
  readonly source: 'review' | 'environment'
  /** Names exactly this word. */
  readonly reference: string
  readonly account: {
    readonly id: number
    readonly login: string
    readonly isUser: boolean
    readonly mayWrite: boolean
  }
  readonly body: string
  /** Milliseconds since the epoch; never later than it was said. */
  readonly at: number
  /** Why it holds no more; undefined when nothing speaks against it. */
  readonly void: string | undefined
}

export interface ForgeWordQuestion {
  readonly subject: HotfixSubject
  /** By which somebody agrees to the subject. */
  readonly line: string
  /** Everybody whom the trusted ref names. */
  readonly principals: readonly Principal[]
  /** Those of them who may approve. */
  readonly approvers: readonly Principal[]
}

export type ForgeWordReading =
  | { readonly kind: 'given'; readonly given: Omit<GivenApproval, 'recorded'> }
  | { readonly kind: 'refused'; readonly finding: Finding }

/**
 * Whether an account's word is an approval of exactly this by a person who may approve. The forge says
 * whose account it is and that it may write; who that is, and that they may approve, only the trusted
 * ref says, by the number of the account.
 */
export function readForgeWord(word: ForgeWord, question: ForgeWordQuestion): ForgeWordReading {
  const { account, source, at } = word
  const { subject, line, principals } = question
  const name = `${source} of ${account.login} (${word.reference})`
  const refuse = (code: ReasonCode, message: string, remedy: string): ForgeWordReading => ({
    kind: 'refused',
    finding: { code, subject: name, message, remedy },
  })
  if (!account.isUser)
    return refuse('hotfix/not-a-person', `${account.login} is no person's account`, OTHER)
  const person = principalBehind(`github:${account.id}`, principals)
  if (person === undefined)
    return refuse(
      'hotfix/approval-refused',
      'the trusted ref knows nobody behind this account',
      `name it under \`signing.principals\`, as ${account.id}+${account.login}@users.noreply.github.com; or approve by key: \`bulkhead hotfix approve\``,
    )
  if (!account.mayWrite)
    return refuse('hotfix/approval-refused', 'this account may not write to the repository', OTHER)
  const handles = handlesOfPrincipal(person)
  if (!question.approvers.some((one) => shareHandle(handles, handlesOfPrincipal(one))))
    return refuse('hotfix/approval-refused', `${person.name} may not approve`, OTHER)
  if (word.void !== undefined) return refuse('hotfix/approval-void', word.void, again(source, line))
  if (Number.isNaN(at) || !hasAgreement(word.body, line))
    return refuse('hotfix/approval-void', 'it does not say to what it agrees', again(source, line))
  const given = { name, subject, approver: person, created: at, expires: Infinity }
  return { kind: 'given', given }
}

const OTHER = 'have somebody approve whom the trusted ref lets: `bulkhead hotfix approve`'

const again = (source: ForgeWord['source'], line: string): string =>
  source === 'review'
    ? `review once more, with this line: ${line}`
    : `start the workflow again and approve with this comment: ${line}`
