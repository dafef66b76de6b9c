import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { requireWritersEvent } from '@bulkhead/github'
import {
  environmentTarget,
  onlyEnvironment,
  openWorkspace,
  parseKeyring,
  shipRelease,
} from '@bulkhead/release'
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
  requireWritersEvent(env)
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
