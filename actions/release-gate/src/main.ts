import { readKeysFile, runAction, triggeringActor } from '@bulkhead/action-kit'
import { action } from './action.ts'

await runAction(action, async ({ inputs, env, mask }) => {
  const [release, { answerOf }] = await Promise.all([import('@bulkhead/release'), import('./answer.ts')])
  const keysFile = inputs['keys-file']
  const keyring = release.parseKeyring(await readKeysFile(keysFile, mask), keysFile)
  const workspace = await release.openWorkspace(inputs['working-directory'])
  try {
    return answerOf(
      await release.gateRelease(workspace, {
        environment: inputs.environment ?? (await release.onlyEnvironment(workspace, inputs.genesis)),
        commit: await workspace.repository.resolveCommit(inputs.commit),
        genesis: inputs.genesis,
        keyring,
        actors: triggeringActor(env, 'gate'),
      }),
    )
  } finally {
    await workspace.repository.close()
  }
})
