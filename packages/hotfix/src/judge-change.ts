import { matchesGlob } from 'node:path'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { HotfixPolicy } from '@bulkhead/policy'
import { type CommitId, type Finding, counted } from '@bulkhead/vocabulary'

/** One file that a hotfix changes against what is deployed. */
export interface ChangedFile {
  readonly path: string
  /** Lines added and removed; undefined for a file that is not text. */
  readonly lines: number | undefined
}

export interface ChangeQuestion {
  readonly commit: CommitId
  /** Whether it contains what is deployed. */
  readonly fromDeployed: boolean
  readonly changed: readonly ChangedFile[]
  /** It only tries out the lane, and owes nothing of what a fix owes. */
  readonly drill: boolean
  readonly policy: Pick<HotfixPolicy, 'mostDiff' | 'paths'>
}

/** Whether a change may take the hotfix lane: small, in its paths, and on top of what is deployed. */
export function judgeChange(question: ChangeQuestion): readonly Finding[] {
  return [
    ...refuseForeignBase(question),
    ...(question.drill ? refuseRealChange(question) : refuseLarge(question)),
    ...refusePaths(question),
  ]
}

/** A change that was shipped as a drill would bind no later release and owe no review. */
const refuseRealChange = ({ changed }: ChangeQuestion): readonly Finding[] =>
  changed.slice(0, 5).map(({ path }) => ({
    code: 'hotfix/not-a-drill',
    subject: path,
    message: 'differs from what is deployed: a drill changes no file',
    remedy: 'drill with an empty commit (`bulkhead hotfix drill`), or declare a hotfix',
  }))

const refuseForeignBase = ({ commit, fromDeployed }: ChangeQuestion): readonly Finding[] =>
  fromDeployed
    ? []
    : [
        {
          code: 'hotfix/not-from-deployed',
          subject: commit,
          message: 'does not contain what is deployed',
          remedy: 'cut it from the deployed commit: `bulkhead hotfix branch`',
        },
      ]

function refuseLarge({ commit, changed, policy: { mostDiff } }: ChangeQuestion): Finding[] {
  const total = changed.reduce((sum, { lines = 0 }) => sum + lines, 0)
  const remedy =
    'leave in it only the fix and its test; the rest takes the standard lane: `bulkhead ship`'
  const binary = changed
    .filter(({ lines }) => lines === undefined)
    .map(({ path }): Finding => ({
      code: 'hotfix/too-large',
      subject: path,
      message: 'is not text: nobody can read what changes in it',
      remedy,
    }))
  if (total <= mostDiff) return binary
  const message = `changes ${counted(total, 'line')}, the policy lets a hotfix change ${mostDiff}`
  return [{ code: 'hotfix/too-large', subject: commit, message, remedy }, ...binary]
}

function refusePaths({ changed, policy: { paths } }: ChangeQuestion): readonly Finding[] {
  if (paths === undefined) return []
  return changed
    .filter(({ path }) => !paths.some((glob) => path === glob || matchesGlob(path, glob)))
    .map(({ path }) => ({
      code: 'hotfix/foreign-path',
      subject: path,
      message: 'is not among the files that a hotfix may touch (`hotfix.paths`)',
      remedy: 'take the change out; it takes the standard lane: `bulkhead ship`',
    }))
}

const WEEK = 7 * 86_400_000

export interface LaneQuestion {
  readonly advisory: string
  readonly drill: boolean
  /** Every hotfix on record in the environment. */
  readonly earlier: readonly HotfixOnRecord[]
  readonly policy: Pick<HotfixPolicy, 'quota'>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Advisories of the usual kinds, or a word of the company's own with a number. */
const ADVISORY = /^[A-Za-z][A-Za-z0-9]*(?:[-:/#][A-Za-z0-9]+)+$/

/** Whether the lane is open to another hotfix: for an advisory, and not too often. */
export function judgeLane({
  advisory,
  drill,
  earlier,
  policy,
  now,
}: LaneQuestion): readonly Finding[] {
  const findings: Finding[] = []
  if (!ADVISORY.test(advisory) || advisory.length > 100)
    findings.push({
      code: 'hotfix/no-advisory',
      subject: `--advisory ${advisory}`,
      message: 'names no advisory',
      remedy: 'write an id such as GHSA-7fh5-64p2-3v2j, CVE-2026-12345 or SEC-42',
    })
  // A clock that was set back sees declarations of the future: they count too.
  const recent = earlier.filter((one) => !one.drill && now - Date.parse(one.declared.at) < WEEK)
  if (!drill && recent.length >= policy.quota)
    findings.push({
      code: 'hotfix/quota',
      subject: `hotfix ${recent.map(({ id }) => id).join(', ')}`,
      message: `${recent.length} were declared in seven days, the policy allows ${policy.quota}`,
      remedy:
        'ship by the standard lane: `bulkhead ship`; a change of `hotfix.quota` needs its approvals',
    })
  return findings
}
