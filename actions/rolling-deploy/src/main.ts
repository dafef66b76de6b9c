import { readKeysFile, runAction, triggeringActor } from '@bulkhead/action-kit'
import { action } from './action.ts'

await runAction(action, async ({ inputs, env, log, mask, cancellation }) => {
  const [release, { answerOf }] = await Promise.all([import('@bulkhead/release'), import('./answer.ts')])
  const { genesis, attestation, 'verification-summary': summary, 'keys-file': keysFile } = inputs
  const keyring = release.parseKeyring(await readKeysFile(keysFile, mask), keysFile)
  const workspace = await release.openWorkspace(inputs['working-directory'])
  try {
    const environment = inputs.environment ?? (await release.onlyEnvironment(workspace, genesis))
    const commit = await workspace.repository.resolveCommit(inputs.commit)
    const shipped = await release.shipRelease(workspace, {
      environment,
      commit,
      genesis,
      files: {
        ...(attestation === undefined ? {} : { gate: attestation }),
        ...(summary === undefined ? {} : { summary }),
      },
      keyring,
      actors: triggeringActor(env, 'deployer'),
      target: release.environmentTarget(workspace, environment),
      signal: cancellation(),
      onProgress: (progress) => log(JSON.stringify(progress)),
    })
    return answerOf(shipped, commit)
  } finally {
    await workspace.repository.close()
  }
})
