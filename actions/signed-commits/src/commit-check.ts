import type { ActionAnswer, ActionContext } from '@bulkhead/action-kit'
import { openWorkspace, verifyCommits } from '@bulkhead/release'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'

type Context = ActionContext<typeof action.inputs>

/** Says for every commit of the range who signed it, as `bulkhead verify-commits` does. */
export async function checkCommits({
  inputs,
}: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const { range, genesis, 'trusted-ref': trustedRef, 'policy-file': policyFile } = inputs
    const judgement = await verifyCommits(workspace, {
      range,
      ...(trustedRef === undefined ? {} : { trustedRef }),
      ...(policyFile === undefined ? {} : { policyFile }),
      ...(genesis === undefined ? {} : { genesis }),
    })
    return answerOf(judgement)
  } finally {
    await workspace.repository.close()
  }
}
