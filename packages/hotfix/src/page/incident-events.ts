import type { HotfixOnRecord, LedgerEntry } from '@bulkhead/ledger'

/** An entry of the log, as far as the incident page reads it. */
export type IncidentEntry = Pick<
  LedgerEntry,
  'index' | 'kind' | 'at' | 'actors' | 'data' | 'release'
>

/** One line of an incident's timeline. Texts come from the log: whoever shows them escapes them. */
export interface IncidentEvent {
  /** Milliseconds since the epoch, by the writer's clock. */
  readonly at: number
  readonly index: number
  readonly tone: 'good' | 'bad' | 'plain'
  readonly what: string
  /** `provider:id` of who did it. */
  readonly who: readonly string[]
}

/**
 * The timeline of a hotfix out of the whole log: what names it, what is about its commits since it was
 * declared, and who had to give way to it.
 */
export function incidentEvents(
  hotfix: HotfixOnRecord,
  entries: readonly IncidentEntry[],
): readonly IncidentEvent[] {
  const end = hotfix.closed?.index ?? Number.POSITIVE_INFINITY
  return entries
    .filter(({ index }) => index >= hotfix.id && index <= end)
    .filter((entry) => isAbout(hotfix, entry))
    .flatMap((entry) => {
      const said = describe(entry)
      if (said === undefined) return []
      const [tone, what] = said
      const who = [...new Set(entry.actors.map(({ provider, id }) => `${provider}:${id}`))]
      return [{ at: Date.parse(entry.at), index: entry.index, tone, what, who }]
    })
}

const isAbout = (hotfix: HotfixOnRecord, { index, kind, data, release }: IncidentEntry): boolean =>
  index === hotfix.id ||
  (kind === 'deploy.ordered' && data['order'] === 'yield') ||
  (data['of'] === hotfix.id && (kind.startsWith('hotfix.') || kind.startsWith('debt.'))) ||
  hotfix.commits.some(({ commit }) => commit === release?.commit)

type Said = readonly [IncidentEvent['tone'], string] | undefined

const describe = (entry: IncidentEntry): Said => SAYS[entry.kind]?.(entry)

/** What the timeline says of an entry; kinds that are not here say nothing to a reader. */
const SAYS: Partial<Record<IncidentEntry['kind'], (entry: IncidentEntry) => Said>> = {
  'hotfix.declared': ({ data, release }) => [
    'plain',
    `declared, ${word(data['severity'])}: ${shortOf(release)}`,
  ],
  'hotfix.moved': ({ release }) => ['plain', `another commit takes its place: ${shortOf(release)}`],
  'hotfix.paged': ({ data }) => paged(data),
  'hotfix.acknowledged': ({ data }) => [
    'good',
    data['how'] === 'pager' ? 'taken, by the pager' : 'taken',
  ],
  'hotfix.approved': ({ data }) => ['good', `approved (${word(data['source'])})`],
  'gate.verdict': ({ data }) => [
    data['outcome'] === 'PASS' ? 'good' : 'bad',
    word(data['outcome']),
  ],
  'deploy.ordered': () => ['plain', 'the running rollout is ordered to yield'],
  'deploy.refused': ({ data }) => ['bad', `refused: ${codesOf(data['findings'])}`],
  'deploy.started': () => ['plain', 'its rollout begins'],
  'deploy.step': ({ data }) =>
    data['step'] === 'wave-judged'
      ? [data['decision'] === 'go-on' ? 'good' : 'bad', `wave judged: ${word(data['why'])}`]
      : undefined,
  'rollback.started': ({ data }) => ['bad', `taken back: ${codesOf(data['findings'])}`],
  'deploy.finished': ({ data }) => [
    data['result'] === 'released' ? 'good' : 'bad',
    `rollout: ${word(data['result'])}`,
  ],
  'hotfix.shipped': ({ data }) => [
    'good',
    `shipped${data['proof'] === 'closed' ? '; the hole is closed' : ''}`,
  ],
  'hotfix.opened': () => ['plain', 'the embargo ends'],
  'debt.owed': ({ data }) => ['bad', `owed: ${word(data['debt'])}`],
  'debt.repaid': ({ data }) => ['good', `repaid: ${word(data['debt'])}`],
  'hotfix.closed': ({ data }) => ['good', `closed: ${word(data['result'])}`],
}

const shortOf = (release: IncidentEntry['release']): string => release?.commit.slice(0, 12) ?? ''

function paged(data: IncidentEntry['data']): Said {
  const told = names(data['told'])
  const failed = names(data['failed'])
  const late = names(data['late'])
  const about = late === '' ? 'paged' : `told that it is late: ${late}`
  const down = failed === '' ? '' : `; down: ${failed}`
  return [late === '' && failed === '' ? 'plain' : 'bad', `${about} (${told || 'nobody'}${down})`]
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '')

const names = (value: unknown): string =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : ''

function codesOf(findings: unknown): string {
  if (!Array.isArray(findings)) return ''
  const codes = findings.map((one: unknown) =>
    typeof one === 'object' && one !== null && 'code' in one ? word(one.code) : '',
  )
  return [...new Set(codes)].filter((code) => code !== '').join(', ')
}
