import { keepIssue, proposeMerge } from '@bulkhead/github'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import { type Finding, WorldError } from '@bulkhead/vocabulary'
import { type HotfixRequest, openHotfix } from '../hotfix/hotfix-access.ts'
import { hotfixTexts } from '../hotfix/hotfix-status.ts'
import { proveBackMerge } from '../hotfix/prove-back-merge.ts'
import { repayDebt } from '../hotfix/repay-debt.ts'
import { tagHotfix } from '../hotfix/tag-hotfix.ts'
import { hotfixAbout } from '../hotfix/tell-hotfix.ts'
import type { Workspace } from '../workspace.ts'
import type { GithubAccess } from './github-access.ts'
import { INCIDENT_LABEL } from './keep-incident.ts'
import { pushRefs } from './push-refs.ts'

export interface CareRequest extends HotfixRequest {
  readonly github: GithubAccess
  /** The branch that must have the fix, on GitHub: `main`. */
  readonly into: string
}

/** What was done after a fix, and where it can be seen. */
export interface Cared {
  readonly done: readonly { readonly what: string; readonly where: string }[]
  /** What is still owed, loudly; the fix itself is out. */
  readonly owed: readonly Finding[]
}

type Step = (workspace: Workspace, request: CareRequest, hotfix: HotfixOnRecord) => Promise<Cared>

/**
 * What follows once a fix is everywhere: the tag and its push, the pull request that brings the fix
 * back, the issue of the post-mortem. Each step stands alone and may be called again: one that fails
 * leaves its debt, and keeps no other from being done.
 */
export async function careAfter(workspace: Workspace, request: CareRequest): Promise<Cared> {
  const done: Cared['done'][number][] = []
  const owed: Finding[] = []
  for (const step of STEPS) {
    const { hotfix } = await openHotfix(workspace, request)
    if (hotfix.everywhere === null) return { done, owed }
    try {
      const cared = await step(workspace, { ...request, hotfix: hotfix.id }, hotfix)
      done.push(...cared.done)
      owed.push(...cared.owed)
    } catch (error) {
      if (!(error instanceof WorldError)) throw error
      owed.push(...error.findings)
    }
  }
  return { done, owed }
}

const isOwed = ({ debts }: HotfixOnRecord, debt: string): boolean =>
  debts.some(({ name, repaid }) => name === debt && repaid === null)

const NOTHING: Cared = { done: [], owed: [] }

/** Repaid only once it is pushed: a tag that nobody else has counts nothing on. */
const tag: Step = async (workspace, request, hotfix) => {
  if (!isOwed(hotfix, 'tag')) return NOTHING
  const made = await tagHotfix(workspace, hotfix)
  if (typeof made !== 'string') return { done: [], owed: made }
  const ref = `refs/tags/${made}`
  await pushRefs(workspace, request.github, [{ from: ref, to: ref }])
  return repay(workspace, request, { debt: 'tag', what: `tagged ${made}` })
}

/**
 * A branch of its own at the commit that ships, and a pull request for it. It is repaid when the branch
 * that must have the fix has it; until then it is said what is in the way.
 */
const backMerge: Step = async (workspace, request, hotfix) => {
  if (!isOwed(hotfix, 'back-merge')) return NOTHING
  const { github, into } = request
  const remote = `refs/remotes/origin/${into}`
  const proof = await proveBackMerge(workspace, hotfix, remote)
  if (typeof proof === 'string')
    return repay(workspace, request, { debt: 'back-merge', what: `${into} has the fix` })
  const branch = `bulkhead/back-merge-${hotfix.id}`
  await pushRefs(workspace, github, [{ from: hotfix.commit, to: `refs/heads/${branch}` }])
  const { repository } = workspace
  const tip = await repository.resolveCommit(remote)
  const conflicts = (await repository.recomputeMerge(tip, hotfix.commit)).kind !== 'clean'
  const where = await proposeMerge(github.api, github.repository, {
    branch,
    into,
    title: `Bring hotfix ${hotfix.id} back into ${into}`,
    body: backMergeText(hotfix, into, conflicts),
  })
  const what = `pull request into ${into}${conflicts ? ', which CONFLICTS' : ''}`
  return { done: [{ what, where }], owed: conflicts ? proof : [] }
}

const backMergeText = ({ id, commit }: HotfixOnRecord, into: string, conflicts: boolean): string =>
  [
    conflicts
      ? `## 🔴 Needs a person: ${into} and the fix conflict\n\nUntil this is merged, the next release from ${into} would bring the hole back, and is blocked.`
      : `## Merge this: ${into} lacks a fix that is out\n\nUntil it is merged, the next release from ${into} would bring the hole back, and is blocked.`,
    `Merge it with a merge commit, so that \`${commit}\` itself is in ${into}; a squash has another id and is only recognised while its patch stays the same.`,
    `Then: \`bulkhead hotfix repay back-merge --hotfix ${id} --into ${into}\`, or run the hotfix workflow with \`close\`.`,
  ].join('\n\n')

/** The issue is people's from then on; that it is written is their word, with a link to it. */
const postMortemIssue: Step = async (workspace, request, hotfix) => {
  if (!isOwed(hotfix, 'post-mortem')) return NOTHING
  const { environment, genesis, github } = request
  const question = { environment, hotfix: hotfix.id, ...(genesis === undefined ? {} : { genesis }) }
  const { postMortem, customerNotice } = await hotfixTexts(workspace, question)
  const where = await keepIssue(github.api, github.repository, {
    about: `${hotfixAbout(environment, hotfix.id)}/post-mortem`,
    label: INCIDENT_LABEL,
    title: `Post-mortem: hotfix ${hotfix.id} in ${environment}`,
    body: [postMortem.trimEnd(), '---', 'Draft for customers:', customerNotice.trimEnd()].join(
      '\n\n',
    ),
    state: 'open',
    owner: 'theirs',
  })
  return { done: [{ what: 'issue of the post-mortem', where }], owed: [] }
}

const STEPS: readonly Step[] = [tag, backMerge, postMortemIssue]

async function repay(
  workspace: Workspace,
  request: CareRequest,
  { debt, what }: { readonly debt: string; readonly what: string },
): Promise<Cared> {
  const into = `refs/remotes/origin/${request.into}`
  const repaid = await repayDebt(workspace, {
    ...request,
    debt,
    into,
    evidence: undefined,
    items: [],
  })
  return repaid.kind === 'repaid'
    ? { done: [{ what, where: repaid.evidence }], owed: [] }
    : { done: [], owed: repaid.findings }
}
