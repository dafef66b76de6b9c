import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  untrustedOutput,
} from '@bulkhead/action-kit'
import { openWorkspace, parseKeyring, runSuites, workingPolicy } from '@bulkhead/release'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'
import { vouchingOf } from './vouching.ts'

type Context = ActionContext<typeof action.inputs>

/** Runs the suites and keeps their vouched-for records, as `bulkhead test` does. */
export async function runNamedSuites({
  inputs,
  log,
  mask,
  cancellation,
}: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const vouching = await vouchingOf(inputs, async (path) =>
    parseKeyring(await readKeysFile(path, mask), path),
  )
  const workspace = await openWorkspace(inputs['working-directory'])
  const output = untrustedOutput(log)
  try {
    const commit = await workspace.repository.resolveCommit('HEAD')
    const runs = await runSuites(workspace, {
      policy: await workingPolicy(workspace),
      suites: inputs.suites,
      vouching,
      onOutput: (chunk) => output.write(chunk),
      signal: cancellation(),
    })
    return answerOf(runs, commit)
  } finally {
    output.end()
    await workspace.repository.close()
  }
}
