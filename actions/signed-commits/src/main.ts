import { runAction } from '@bulkhead/action-kit'
import { action } from './action.ts'

await runAction(action, async ({ inputs }) => {
  const [{ openWorkspace, verifyCommits }, { answerOf }] = await Promise.all([import('@bulkhead/release'), import('./answer.ts')])
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const { range, genesis, 'trusted-ref': trustedRef, 'policy-file': policyFile } = inputs
    return answerOf(
      await verifyCommits(workspace, {
        range,
        ...(trustedRef === undefined ? {} : { trustedRef }),
        ...(policyFile === undefined ? {} : { policyFile }),
        ...(genesis === undefined ? {} : { genesis }),
      }),
    )
  } finally {
    await workspace.repository.close()
  }
})
