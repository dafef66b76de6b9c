import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { admitEvent } from '@bulkhead/github'
import {
  environmentTarget,
  onlyEnvironment,
  openWorkspace,
  parseKeyring,
  shipRelease,
} from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import type { action } from './action.ts'
import { answerOf, progressLines } from './answer.ts'

type Context = ActionContext<typeof action.inputs>

/** Verifies the attestation and rolls the release out zone by zone, as `bulkhead ship` does. */
export async function deploy({
  inputs,
  env,
  log,
  mask,
  cancellation,
}: Context): Promise<ActionAnswer<typeof action.outputs>> {
  requireAdmission(env['GITHUB_EVENT_NAME'])
  const { genesis, attestation, 'verification-summary': summary, 'keys-file': keysFile } = inputs
  const keyring = parseKeyring(await readKeysFile(keysFile, mask), keysFile)
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const environment = inputs.environment ?? (await onlyEnvironment(workspace, genesis))
    const commit = await workspace.repository.resolveCommit(inputs.commit)
    const shipped = await shipRelease(workspace, {
      environment,
      commit,
      genesis,
      files: {
        ...(attestation === undefined ? {} : { gate: attestation }),
        ...(summary === undefined ? {} : { summary }),
      },
      keyring,
      actors: triggeringActor(env, 'deployer'),
      target: await environmentTarget(workspace, environment, genesis),
      signal: cancellation(),
      onProgress: (progress) => progressLines(progress).forEach(log),
    })
    return answerOf(shipped, commit)
  } finally {
    await workspace.repository.close()
  }
}

/** Nothing is deployed by an event that others than those who may write can start. */
function requireAdmission(event: string | undefined): void {
  const admission = admitEvent(event)
  if (admission.kind === 'attests') return
  throw new InputError(
    admission.kind === 'refused'
      ? admission.finding
      : {
          code: 'github/refused-event',
          subject: 'event pull_request',
          message: 'a change that is only proposed is not deployed',
          remedy: 'deploy on push, merge_group, workflow_dispatch, schedule, deployment or release',
        },
  )
}
