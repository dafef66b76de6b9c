import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { type DeploymentTeller, requireWritersEvent } from '@bulkhead/github'
import {
  type QueuedShipResult,
  type ShipRequest,
  type Workspace,
  type WrittenPage,
  environmentTarget,
  onlyEnvironment,
  openWorkspace,
  parseKeyring,
  progressLines,
  shipQueued,
  shipRelease,
  tellQueued,
  withRolloutPage,
} from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'
import type { Decision } from './timeline.ts'
import { openDeployment, tellEnd, tellProgress, workflowRunLink } from './told-deployment.ts'

type Context = ActionContext<typeof action.inputs>
type Progress = Parameters<ShipRequest['onProgress']>[0]

/** Verifies the attestation and rolls the release out zone by zone, as `bulkhead ship` does. */
export async function deploy(context: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const { inputs, env, mask } = context
  requireWritersEvent(env)
  requireOneWish(inputs)
  const { genesis, 'keys-file': keysFile, 'github-token': token } = inputs
  if (token !== undefined) mask(token)
  const keyring = parseKeyring(await readKeysFile(keysFile, mask), keysFile)
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const environment = inputs.environment ?? (await onlyEnvironment(workspace, genesis))
    const teller = openDeployment(token, environment, env)
    const request = {
      ...requestOf(context),
      environment,
      keyring,
      target: await environmentTarget(workspace, environment, genesis),
    }
    return await shipBeforeAll(context, { workspace, environment, teller, request })
  } finally {
    await workspace.repository.close()
  }
}

/** What of a request follows from the step alone. */
function requestOf({ inputs, env, cancellation }: Context) {
  const { genesis, attestation, 'verification-summary': summary } = inputs
  const link = workflowRunLink(env)
  return {
    genesis,
    files: {
      ...(attestation === undefined ? {} : { gate: attestation }),
      ...(summary === undefined ? {} : { summary }),
    },
    actors: triggeringActor(env, 'deployer'),
    ...(link === undefined ? {} : { link }),
    signal: cancellation(),
  }
}

interface Shipping {
  readonly workspace: Workspace
  readonly environment: string
  readonly teller: DeploymentTeller | undefined
  readonly request: Omit<ShipRequest, 'commit' | 'onProgress'>
}

/** Ships before the eyes of the log, the rollout page and, where it is wanted, GitHub. */
async function shipBeforeAll(
  { inputs, log }: Context,
  { workspace, environment, teller, request }: Shipping,
): Promise<ActionAnswer<typeof action.outputs>> {
  const decisions: Decision[] = []
  let page: WrittenPage | undefined
  const onProgress = (progress: Progress): void => {
    if (progress.kind === 'decision' && progress.decision.kind !== 'batch')
      decisions.push(progress.decision)
    if (teller !== undefined) tellProgress(teller, progress)
    progressLines(progress).forEach(log)
  }
  const onPage = (written: WrittenPage): void => {
    page = written
    if (written.file !== null) log(`rollout page: ${written.file}`)
  }
  const shown = { environment, what: 'ship', lane: 'standard', file: inputs.page } as const
  try {
    const ended = await withRolloutPage(
      workspace,
      { ...shown, tell: tellQueued, onPage, onProgress },
      (hear) => shipOne(workspace, inputs, { teller, request: { ...request, onProgress: hear } }),
    )
    if (teller !== undefined && ended.kind === 'shipped') tellEnd(teller, ended.shipped)
    const undelivered = (await teller?.settled()) ?? []
    return answerOf(ended, { decisions, page, undelivered })
  } catch (error) {
    teller?.tell('error', 'the step failed: see its log, and `bulkhead status`')
    for (const { message } of (await teller?.settled()) ?? []) log(`not delivered: ${message}`)
    throw error
  }
}

/** What is next in the queue, or the one commit that is named, as if it were. */
async function shipOne(
  workspace: Workspace,
  inputs: Context['inputs'],
  {
    teller,
    request,
  }: {
    readonly teller: DeploymentTeller | undefined
    readonly request: Omit<ShipRequest, 'commit'>
  },
): Promise<QueuedShipResult> {
  if (inputs.queued) return shipQueued(workspace, request)
  const commit = await workspace.repository.resolveCommit(inputs.commit)
  teller?.begin(commit)
  const shipped = await shipRelease(workspace, { ...request, commit })
  return { kind: 'shipped', commit, carries: [], why: '', shipped, passed: [] }
}

/** Two wishes at once are a mistake: which one counts must not be guessed. */
function requireOneWish({ queued, commit }: Context['inputs']): void {
  if (!queued || commit === 'HEAD') return
  throw new InputError({
    code: 'action/invalid-input',
    subject: 'commit',
    message: 'is given beside `queued: true`, which ships what is next in the queue',
    remedy: 'give one of the two',
  })
}
