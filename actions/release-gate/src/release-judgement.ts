import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { gateRelease, onlyEnvironment, openWorkspace, parseKeyring } from '@bulkhead/release'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'

type Context = ActionContext<typeof action.inputs>

/** Judges a commit for an environment and attests the verdict, as `bulkhead gate` does. */
export async function judgeRelease({
  inputs,
  env,
  mask,
}: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const { genesis, 'keys-file': keysFile, 'pull-request-heads': heads } = inputs
  const keyring = parseKeyring(await readKeysFile(keysFile, mask), keysFile)
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const gated = await gateRelease(workspace, {
      environment: inputs.environment ?? (await onlyEnvironment(workspace, genesis)),
      commit: await workspace.repository.resolveCommit(inputs.commit),
      genesis,
      pullRequestHeads: await Promise.all(
        heads.map((name) => workspace.repository.resolveCommit(name)),
      ),
      keyring,
      actors: triggeringActor(env, 'gate'),
    })
    return answerOf(gated)
  } finally {
    await workspace.repository.close()
  }
}
