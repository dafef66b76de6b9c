import type { ActionAnswer } from '@bulkhead/action-kit'
import type { ExportedLedger, PolicyAudit } from '@bulkhead/release'
import { counted } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

type Answer = ActionAnswer<typeof action.outputs>

const NOTHING = { size: '', head: '', released: '', file: '', entries: '', index: '' } as const

/** What the action says of a log that was judged. Of one that is not there it tells nothing. */
export function answerOfAudit({ findings, size, head, environment, state }: PolicyAudit): Answer {
  const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
  const released = state.released?.commit ?? ''
  return {
    outcome: verdict === 'VERIFIED' ? 'passed' : 'blocked',
    headline: `${verdict}: ${size === 0 ? 'nothing is' : counted(size, 'entry', 'entries')} in ledger/${environment}`,
    findings,
    outputs: { ...NOTHING, verdict, size: String(size), head: head ?? '', released },
    tables:
      size === 0
        ? []
        : [
            {
              header: ['The log says', ''],
              rows: [
                ['entries', String(size)],
                ['head', { untrusted: head ?? 'none' }],
                ['released', { untrusted: released === '' ? 'nothing yet' : released }],
                ...state.leases.map(({ region, holder, token }) => [
                  'lease',
                  { untrusted: `${region} by ${holder}, token ${token}` },
                ]),
              ],
            },
          ],
  }
}

/** What it says of an export. Of a log that does not verify nothing was written. */
export function answerOfExport(
  { findings, lines }: ExportedLedger,
  { environment, file }: { readonly environment: string; readonly file: string },
): Answer {
  const entries = String(lines.length)
  if (findings.length > 0)
    return {
      outcome: 'blocked',
      headline: `REFUSED: ledger/${environment} does not verify; nothing was written`,
      findings,
      outputs: { ...NOTHING, verdict: 'REFUSED' },
    }
  return {
    outcome: 'passed',
    headline: `VERIFIED: ${counted(lines.length, 'line of', 'lines of')} ledger/${environment} written`,
    findings,
    outputs: { ...NOTHING, verdict: 'VERIFIED', file, entries },
  }
}

/** What it says of a heartbeat, before which the whole log was verified. */
export const answerOfBeat = (index: number, environment: string): Answer => ({
  outcome: 'passed',
  headline: `VERIFIED: heartbeat is entry ${index} of ledger/${environment}`,
  findings: [],
  outputs: { ...NOTHING, verdict: 'VERIFIED', index: String(index) },
})
