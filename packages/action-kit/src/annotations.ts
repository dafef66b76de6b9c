import { type Finding, printable, sortFindings } from '@bulkhead/vocabulary'
import { logLine, workflowCommand } from './commands.ts'

/** The runner keeps ten errors a step and drops the others without a word. */
const ANNOTATIONS = 10
/** Findings spelled out in the log; the rest is counted. */
const LOGGED = 500

/** Rooms by how grave it is that they refuse: forged before failed, failed before misspelt. */
const GRAVEST_FIRST = [
  'ledger',
  'attest',
  'signature',
  'gate',
  'test',
  'rollout',
  'git',
  'policy',
  'action',
  'usage',
]

/**
 * Findings with the worst first: by room, and within that one of every code before the second of
 * any, so that five hundred alike cannot hide the one that differs.
 */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const rank = (finding: Finding) => {
    const found = GRAVEST_FIRST.indexOf(finding.code.split('/')[0] ?? '')
    return found === -1 ? GRAVEST_FIRST.length : found
  }
  const sorted = sortFindings(findings).sort((a, b) => rank(a) - rank(b))
  const seen = new Set<string>()
  const [firsts, others]: [Finding[], Finding[]] = [[], []]
  for (const finding of sorted) {
    ;(seen.has(finding.code) ? others : firsts).push(finding)
    seen.add(finding.code)
  }
  return [...firsts, ...others]
}

/** `warning` where what is found blocks nothing. */
type Level = 'error' | 'warning'

/** The lines by which a step shows its findings: annotations for the worst, plain lines for the rest. */
export function findingLines(
  findings: readonly Finding[],
  options: { readonly annotate: boolean; readonly level: Level },
): readonly string[] {
  const ordered = worstFirst(findings)
  const annotated = options.annotate
    ? ordered.slice(0, ordered.length > ANNOTATIONS ? ANNOTATIONS - 1 : ANNOTATIONS)
    : []
  const rest = ordered.slice(annotated.length)
  return [
    ...annotated.map((finding) => annotation(finding, options.level)),
    ...(options.annotate && rest.length > 0
      ? [
          workflowCommand(
            options.level,
            `${rest.length} more findings are in the log and in the summary of the job`,
            { title: 'bulkhead' },
          ),
        ]
      : []),
    ...rest.slice(0, LOGGED).flatMap(plainLines),
    ...(rest.length > LOGGED ? [`… and ${rest.length - LOGGED} more`] : []),
  ]
}

function annotation(finding: Finding, level: Level): string {
  const { code, subject, message, remedy } = finding
  const lines = [
    `${printable(subject, 200)}: ${printable(message, 1_000)}`,
    `→ ${printable(remedy, 1_000)}`,
  ]
  return workflowCommand(level, lines.join('\n'), { ...placeOf(finding), title: code })
}

const plainLines = ({ code, subject, message, remedy }: Finding): readonly string[] => [
  logLine(`✗ ${code}  ${subject}: ${message}`),
  logLine(`  → ${remedy}`),
]

const PLACE = /^([^:]{1,200}):([1-9][0-9]{0,6}):([1-9][0-9]{0,6})$/
/** `SUITE: FILE › CLASS › NAME`, where the file is one below the top of the repository. */
const TEST =
  /^[a-z0-9-]{1,63}: ((?:\.\/)?(?!\/|\.\.?\/)[\w@./+-]{1,200}\.[A-Za-z0-9]{1,8})(?: › |$)/

/**
 * Findings about the policy name file, line and column, findings about a test its file: the annotation
 * then stands there. Only a courtesy: what is blocked does not depend on it.
 */
function placeOf({ code, subject, message }: Finding): Readonly<Record<string, string>> {
  const [, file, line, col] = (code.startsWith('policy/') ? PLACE.exec(subject) : null) ?? []
  if (file !== undefined && line !== undefined && col !== undefined)
    return { file: printable(file), line, col }
  const [, test] = (code.startsWith('gate/') ? TEST.exec(subject) : null) ?? []
  if (test === undefined || test.includes('/../')) return {}
  const path = test.replace(/^\.\//, '')
  return { file: printable(path), ...lineIn(message, path) }
}

/** The first line of the file that a message names, as stack traces do: `FILE:LINE`. */
function lineIn(message: string, path: string): { readonly line?: string } {
  const at = message.indexOf(`${path}:`)
  const line =
    at < 0 ? undefined : /^[1-9][0-9]{0,6}(?![0-9])/.exec(message.slice(at + path.length + 1))
  return line ? { line: line[0] } : {}
}
