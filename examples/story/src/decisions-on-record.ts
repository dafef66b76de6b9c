import type { RolloutDecision } from '@bulkhead/rollout'
import type { Stage } from './stage.ts'

/** The little that is read of a ledger entry here; the command that prints it has verified it. */
interface Entry {
  readonly kind: string
  readonly at: string
  readonly release?: { readonly commit: string }
  readonly data: {
    readonly outcome?: string
    readonly result?: string
    readonly step?: string
    readonly direction?: string
    readonly decision?: string
    readonly why?: string
    readonly batch?: { readonly zone: string; readonly units: readonly string[] }
    readonly findings?: readonly { readonly code: string; readonly subject: string }[]
  }
}

/** What the ledger says was decided and done since a moment, for the page: the record, not our memory. */
export async function decisionsOnRecord(
  stage: Stage,
  since: number,
): Promise<readonly RolloutDecision[]> {
  const { output } = await stage.ask(['ledger', 'log', '--json'])
  const { entries } = JSON.parse(output) as { entries: readonly Entry[] }
  return entries.filter((entry) => Date.parse(entry.at) >= since).flatMap(decisionOf)
}

function decisionOf(entry: Entry): readonly RolloutDecision[] {
  const what = describe(entry)
  return what === undefined ? [] : [{ at: Date.parse(entry.at), findings: [], ...what }]
}

type Description = Pick<RolloutDecision, 'kind' | 'tone' | 'text'>

function describe({ kind, release, data }: Entry): Description | undefined {
  const commit = release?.commit.slice(0, 8) ?? ''
  const codes = [...new Set((data.findings ?? []).map((finding) => finding.code))].join(', ')
  switch (kind) {
    case 'gate.verdict':
      return {
        kind: 'verdict',
        tone: data.outcome === 'PASS' ? 'good' : 'bad',
        text: `${data.outcome} for ${commit}${codes === '' ? '' : `: ${codes}`}`,
      }
    case 'deploy.refused':
      return { kind: 'refused', tone: 'bad', text: `${commit} may not ship: ${codes}` }
    case 'deploy.started':
      return { kind: 'started', tone: 'plain', text: `${commit} rolls out` }
    case 'deploy.step':
      return describeStep(data)
    case 'rollback.started':
      return { kind: 'rollback', tone: 'bad', text: `${commit} is taken back: ${codes}` }
    case 'deploy.finished':
      return {
        kind: 'finished',
        tone: data.result === 'released' ? 'good' : 'bad',
        text: `${commit} ${data.result}`,
      }
    default:
      return undefined
  }
}

function describeStep({
  step,
  direction,
  decision,
  why,
  batch,
}: Entry['data']): Description | undefined {
  if (step === 'wave-judged')
    return { kind: 'wave', tone: decision === 'go-on' ? 'good' : 'bad', text: why ?? '' }
  if (step !== 'batch-done') return undefined
  return {
    kind: 'batch',
    tone: 'plain',
    text: `${direction === 'back' ? 'restored' : 'placed'} ${batch?.units.join(', ')}`,
  }
}
