import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { admitEvent } from '@bulkhead/github'
import {
  type Keyring,
  gateRelease,
  onlyEnvironment,
  openWorkspace,
  parseKeyring,
  reportRelease,
} from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'
import { workflowEvidence } from './workflow-evidence.ts'

type Context = ActionContext<typeof action.inputs>

/**
 * Judges a commit for an environment and attests the verdict, as `bulkhead gate` does. On a pull request it
 * judges and says so, and attests nothing; on other events that strangers can start it does nothing at all.
 */
export async function judgeRelease(context: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const { inputs, env } = context
  const admission = admitEvent(env['GITHUB_EVENT_NAME'])
  if (admission.kind === 'refused') throw new InputError(admission.finding)
  const { genesis, 'pull-request-heads': heads, 'github-token': token } = inputs
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const request = {
      environment: inputs.environment ?? (await onlyEnvironment(workspace, genesis)),
      commit: await workspace.repository.resolveCommit(inputs.commit),
      genesis,
      pullRequestHeads: await Promise.all(
        heads.map((name) => workspace.repository.resolveCommit(name)),
      ),
      workflow: token === undefined ? undefined : workflowEvidence(token, env),
    }
    if (admission.kind === 'reports') return answerOf(await reportRelease(workspace, request))
    const keyring = await keyringOf(context)
    return answerOf(
      await gateRelease(workspace, { ...request, keyring, actors: triggeringActor(env, 'gate') }),
    )
  } finally {
    await workspace.repository.close()
  }
}

/** None is no error yet: the policy may name Sigstore or a key service. */
async function keyringOf({ inputs, mask }: Context): Promise<Keyring> {
  const { 'keys-file': file } = inputs
  if (file === undefined) return { source: 'input keys-file', signers: [] }
  return parseKeyring(await readKeysFile(file, mask), file)
}
