import { readKeysFile, runAction, untrustedOutput } from '@bulkhead/action-kit'
import { action } from './action.ts'

await runAction(action, async ({ inputs, log, mask, cancellation }) => {
  const [release, { answerOf }, { vouchingOf }] = await Promise.all([
    import('@bulkhead/release'),
    import('./answer.ts'),
    import('./vouching.ts'),
  ])
  const vouching = await vouchingOf(inputs, async (path) => release.parseKeyring(await readKeysFile(path, mask), path))
  const workspace = await release.openWorkspace(inputs['working-directory'])
  const output = untrustedOutput(log)
  try {
    const commit = await release.cleanHead(workspace)
    const runs = await release.runSuites(workspace, {
      policy: await release.workingPolicy(workspace),
      suites: inputs.suites,
      vouching,
      onOutput: (chunk) => output.write(chunk),
      signal: cancellation(),
    })
    output.end()
    return answerOf(runs, { commit, evidence: release.evidenceDirectory(workspace.repository, commit) })
  } finally {
    await workspace.repository.close()
  }
})
