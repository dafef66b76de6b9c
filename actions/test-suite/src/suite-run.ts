import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  untrustedOutput,
} from '@bulkhead/action-kit'
import {
  type PartTexts,
  openWorkspace,
  parseKeyring,
  parsePartOptions,
  recordLine,
  runSuites,
  suitesDirectory,
  workingPolicy,
} from '@bulkhead/release'
import type { action } from './action.ts'
import { answerOf } from './answer.ts'
import { vouchingOf } from './vouching.ts'

type Context = ActionContext<typeof action.inputs>

/**
 * The run of the workflow: one for all jobs of its matrix, so that legs and shards of two runs, or of
 * a run and its repetition, are never taken for one whole.
 */
const workflowRun = (env: NodeJS.ProcessEnv): PartTexts => ({
  run: env['GITHUB_RUN_ID'],
  attempt: env['GITHUB_RUN_ATTEMPT'],
})

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
      ...parsePartOptions({ leg: inputs.leg, shard: inputs.shard, ...workflowRun(process.env) }),
      vouching,
      onOutput: (chunk) => output.write(chunk),
      signal: cancellation(),
    })
    // The gate reads these lines in this job's log, where no other job can write.
    if (vouching.kind === 'forge')
      for (const { kept } of runs) if (kept !== undefined) log(recordLine(kept))
    return answerOf(runs, { commit, evidence: suitesDirectory(workspace.repository, commit) })
  } finally {
    output.end()
    await workspace.repository.close()
  }
}
