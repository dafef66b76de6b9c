import {
  type ShipHotfixResult,
  type ShipRequest,
  careAfter,
  environmentTarget,
  openHotfix,
  progressLines,
  recordForgeApprovals,
  shipHotfix,
} from '@bulkhead/release'
import { type Finding, WorldError, fencingToken } from '@bulkhead/vocabulary'
import type { Decision, Done } from './answer.ts'
import { type Stage, agreementOf, requestOf } from './stage.ts'

const ENDS: Readonly<Record<ShipHotfixResult['result'], string>> = {
  released: 'RELEASED: the fix is everywhere',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: the fix failed, every unit runs the release before it',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  paused: 'PAUSED: it stands at the edge of a batch; run it again',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

/** Ships before the eyes of the log, and does what follows once it is everywhere. */
export async function ship(stage: Stage): Promise<Done> {
  const { workspace, context, about } = stage
  const { inputs, log, cancellation } = context
  const decisions: Decision[] = []
  const onProgress: ShipRequest['onProgress'] = (progress) => {
    if (progress.kind === 'decision' && progress.decision.kind !== 'batch')
      decisions.push(progress.decision)
    progressLines(progress).forEach(log)
  }
  const request = await requestOf(stage)
  const { hotfix } = await openHotfix(workspace, request)
  const unheard = await collect(stage, { ...request, hotfix: hotfix.id })
  const target = await environmentTarget(workspace, about.environment, about.genesis)
  const shipped = await shipHotfix(workspace, {
    ...request,
    ...breakingOf(inputs),
    hotfix: hotfix.id,
    suspectRunning: inputs['suspect-running'],
    target,
    signal: cancellation(),
    onProgress,
  })
  const { result, findings, undelivered = [] } = shipped
  const cared = await care(stage, { ...request, hotfix: hotfix.id })
  return {
    outcome: result === 'released' && findings.length === 0 ? 'passed' : 'blocked',
    result,
    headline: ENDS[result],
    findings,
    hotfix: hotfix.id,
    beside: [...unheard, ...undelivered, ...(cared?.owed ?? [])],
    cared: cared?.done ?? [],
    decisions,
  }
}

type Request = Awaited<ReturnType<typeof requestOf>> & { readonly hotfix: number }

/** Brings what people said on GitHub on record first. When GitHub is down, approvals by key go on. */
async function collect(stage: Stage, request: Request): Promise<readonly Finding[]> {
  const { workspace, github } = stage
  const agreement = github && (await agreementOf(stage, request.hotfix))
  if (github === undefined || agreement === undefined) return []
  const { forge, run } = github
  const runs = run === undefined ? [] : [run]
  try {
    await recordForgeApprovals(workspace, { ...request, forge, plan: agreement.plan, runs })
    return []
  } catch (error) {
    if (error instanceof WorldError) return error.findings
    throw error
  }
}

/** Nothing that follows may turn a fix that is out into a failure. */
const care = ({ workspace, github, context: { inputs } }: Stage, request: Request) =>
  github === undefined ? undefined : careAfter(workspace, { ...request, github, into: inputs.into })

function breakingOf({
  'break-lease': token,
  'break-reason': reason,
}: Stage['context']['inputs']): Pick<ShipRequest, 'breaking'> {
  return token === undefined || reason === undefined
    ? {}
    : { breaking: { tokens: [fencingToken(token)], reason } }
}
