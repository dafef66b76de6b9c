import { type Finding, printable } from '@bulkhead/vocabulary'
import { worstFirst } from './annotations.ts'
import { type Cell, type SummaryTable, cellHtml, escapeHtml, tableHtml } from './html.ts'

export interface SummaryPage {
  readonly title: string
  /** One sentence under the title. */
  readonly lead: Cell
  /** Something of our own that nobody may overlook. */
  readonly notice?: string | undefined
  readonly findings: readonly Finding[]
  /** Names of suites: what is found of one stands together. */
  readonly suites?: readonly string[] | undefined
  readonly tables: readonly SummaryTable[]
}

/** The runner refuses a summary above 1 MiB; some room is left for the closing lines. */
const MAX_BYTES = 1_024 * 1_024 - 4_096

/** A piece of the page, given how many bytes it may have. */
type Piece = (maxBytes: number) => string

/** The page as Markdown: what was decided, why and the way out, then the rest. */
export function summaryMarkdown(page: SummaryPage, maxBytes = MAX_BYTES): string {
  const notice =
    page.notice === undefined
      ? ''
      : `<blockquote><b>${escapeHtml(printable(page.notice, 500))}</b></blockquote>\n\n`
  const head = `<h2>${escapeHtml(printable(page.title, 200))}</h2>\n<p>${cellHtml(page.lead)}</p>\n\n${notice}`
  const pieces: readonly Piece[] = [
    ...groupsOf(page).flatMap(groupPieces),
    ...page.tables.map(
      (table): Piece =>
        (most) =>
          tableHtml(table, most),
    ),
  ]
  let left = maxBytes - Buffer.byteLength(head)
  const parts = pieces.map((piece, index) => {
    // What comes first must not leave nothing for what comes after it.
    const rendered = piece(left / (pieces.length - index))
    left -= Buffer.byteLength(rendered)
    return rendered
  })
  return head + parts.join('')
}

interface Group {
  readonly heading: string
  readonly findings: readonly Finding[]
}

/** What findings are about, where it is no suite. */
const ROOMS: Readonly<Record<string, string>> = {
  signature: 'Commits',
  git: 'Commits',
  policy: 'Policy',
  attest: 'Attestation',
  ledger: 'Ledger',
  rollout: 'Rollout',
  test: 'Test reports',
  gate: 'Release',
  github: 'GitHub',
  hotfix: 'Hotfix',
  approval: 'Approvals',
  action: 'Inputs',
  usage: 'Inputs',
}

/** The group with the gravest finding comes first. */
function groupsOf({ findings, suites = [] }: SummaryPage): readonly Group[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of worstFirst(findings)) {
    const suite = suites.find((name) => isOfSuite(name, finding))
    const room = ROOMS[finding.code.split('/')[0] ?? ''] ?? 'Other'
    const heading = suite === undefined ? room : `Suite ${suite}`
    const subject =
      suite === undefined ? finding.subject : finding.subject.replace(`${suite}: `, () => '')
    const found = groups.get(heading) ?? []
    found.push({ ...finding, subject })
    groups.set(heading, found)
  }
  return [...groups].map(([heading, found]) => ({ heading, findings: found }))
}

const isOfSuite = (suite: string, { subject }: Finding): boolean =>
  subject === suite || subject.startsWith(`${suite}: `) || subject.startsWith(`${suite} (`)

const counted = (count: number): string => `${count} finding${count === 1 ? '' : 's'}`

function groupPieces({ heading, findings }: Group): readonly Piece[] {
  const byCode = [...Map.groupBy(findings, ({ code }) => code)]
  return byCode.map(([code, same], index) => {
    const title =
      index === 0
        ? `<h3>${escapeHtml(printable(heading, 200))}: ${counted(findings.length)}</h3>\n`
        : ''
    return (maxBytes) => codeHtml(code, same, { title, maxBytes })
  })
}

/** One way out that serves them all is said once; else each has its own. */
function codeHtml(
  code: string,
  findings: readonly Finding[],
  { title, maxBytes }: { readonly title: string; readonly maxBytes: number },
): string {
  const remedies = new Set(findings.map(({ remedy }) => remedy))
  const [remedy = ''] = remedies
  const shared = remedies.size === 1
  const head = `${title}<p><b><code>${escapeHtml(code)}</code></b>${findings.length > 1 ? ` × ${findings.length}` : ''}${
    shared ? `<br>→ ${cellHtml({ untrusted: remedy })}` : ''
  }</p>\n\n`
  const table = {
    header: ['What', 'Why', ...(shared ? [] : ['Way out'])],
    rows: findings.map((finding) => [
      { untrusted: finding.subject },
      { untrusted: finding.message },
      ...(shared ? [] : [{ untrusted: finding.remedy }]),
    ]),
  }
  return head + tableHtml(table, maxBytes - Buffer.byteLength(head))
}
