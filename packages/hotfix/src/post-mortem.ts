import type { HotfixOnRecord, LedgerEntry } from '@bulkhead/ledger'
import type { HotfixFacts } from '@bulkhead/ledger'
import type { HotfixPolicy } from '@bulkhead/policy'
import { type ClockStep, clockOf } from './clock.ts'
import { plain } from './markdown.ts'

export interface PostMortemSource {
  readonly environment: string
  readonly hotfix: HotfixOnRecord
  /** The whole log; what is about this hotfix is picked out. */
  readonly entries: readonly Pick<
    LedgerEntry,
    'index' | 'kind' | 'at' | 'actors' | 'data' | 'release'
  >[]
  /** What it fixes; undefined while that may not be told. */
  readonly facts: HotfixFacts | undefined
  readonly policy: HotfixPolicy
  readonly now: number
}

/**
 * The post-mortem of a hotfix as far as the ledger can write it, in Markdown. People appear as the
 * pseudonyms of the log; what only people know is asked for in brackets.
 */
export function postMortem(source: PostMortemSource): string {
  const { environment, hotfix, facts } = source
  return [
    `# Post-mortem: hotfix ${hotfix.id} in ${environment}`,
    '',
    facts === undefined
      ? 'What it fixes is sealed until the fix is everywhere.'
      : `**${plain(facts.advisory)}**: ${plain(facts.reason)}`,
    '',
    `Severity ${hotfix.severity}, commit \`${hotfix.commit}\`, on top of \`${hotfix.base ?? 'nothing'}\`.`,
    '',
    '## Durations',
    '',
    '| Step | After | Budget | |',
    '|---|---|---|---|',
    ...stepsOf(source).map(stepRow),
    '',
    '## Timeline',
    '',
    '| Time (UTC) | What | Who |',
    '|---|---|---|',
    ...timelineOf(source).map(
      ({ at, kind, actors, says }) => `| ${at} | ${kind}${says} | ${actors} |`,
    ),
    '',
    '## What was shortened or waived',
    '',
    ...waivedOf(hotfix),
    '',
    '## What we learn',
    '',
    '- Impact: [who was affected, for how long]',
    '- Cause: [why it was possible]',
    '- [ ] Detect: [what would have told us sooner; who, by when]',
    '- [ ] Prevent: [what makes it impossible; who, by when]',
    '',
  ].join('\n')
}

const stepsOf = ({ hotfix, policy, now }: PostMortemSource): readonly ClockStep[] =>
  clockOf(hotfix, policy, { now, approvedAt: undefined }).steps

const stepRow = ({ step, after, budget, late }: ClockStep): string =>
  `| ${step} | ${after === undefined ? 'not yet' : spanText(after)} | ${spanText(budget)} | ${late ? 'LATE' : ''} |`

interface TimelineRow {
  readonly at: string
  readonly kind: string
  readonly actors: string
  readonly says: string
}

/** Entries that name the hotfix, and those about its commit since it was declared. */
const timelineOf = ({ hotfix, entries }: PostMortemSource): readonly TimelineRow[] =>
  entries
    .filter(({ index, kind }) => index >= hotfix.id && kind !== 'deploy.step')
    .filter(
      ({ index, data, release }) =>
        index === hotfix.id ||
        data['of'] === hotfix.id ||
        hotfix.commits.some(({ commit }) => commit === release?.commit),
    )
    .map(({ at, kind, actors, data }) => ({
      at,
      kind,
      actors: actors.map(({ provider, id }) => plain(`${provider}:${id}`)).join(', '),
      says: ['outcome', 'result', 'how', 'source', 'debt']
        .flatMap((key) => (typeof data[key] === 'string' ? [` ${plain(data[key])}`] : []))
        .join(''),
    }))

const waivedOf = ({ debts }: HotfixOnRecord): readonly string[] => {
  const waived = debts.filter(({ why }) => why !== 'every hotfix owes it')
  return waived.length === 0
    ? ['Nothing besides bake, waves and the wait for approvals.']
    : waived.map(({ name, why }) => `- ${plain(name)}: ${plain(why)}`)
}

/** A span as people read it: `4 min 05 s`. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `${seconds} s`
  if (minutes < 120) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.round(minutes / 60)} h`
}

/** The draft of a notice to customers, for people to finish. Empty brackets are what nobody knows yet. */
export const customerNotice = ({
  hotfix,
  facts,
}: Pick<PostMortemSource, 'hotfix' | 'facts'>): string =>
  [
    '# Notice of a security fix',
    '',
    `- Nature: ${facts === undefined ? '[what it is, once it may be told]' : `${plain(facts.advisory)}, ${plain(facts.reason)}`}`,
    '- Data: [which kinds of data, or none]',
    '- Impact: [whose, since when]',
    `- Status: ${hotfix.everywhere === null ? 'a fix is on its way' : `fixed everywhere since ${hotfix.everywhere.at}`}`,
    `- Next update: [when, even if there is nothing new]`,
    '',
  ].join('\n')
