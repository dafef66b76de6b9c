import type { EnvironmentPolicy } from '@bulkhead/policy'
import type { MixedTest } from '@bulkhead/rollout'
import { type RunProcess, wordsOf } from '@bulkhead/world'

/** Of what a test prints, the end is said. */
const MOST_SAID = 400

export interface TestWorld {
  readonly run: RunProcess
  readonly repository: { readonly root: string }
}

/**
 * Runs the test that the policy declares, from the top of the repository. It knows the two commits by
 * its environment, and gets none of the secrets that this process has in its own.
 */
export function mixedTestOf(
  { run, repository }: TestWorld,
  { name, mixedTest }: Pick<EnvironmentPolicy, 'name' | 'mixedTest'>,
): MixedTest | undefined {
  if (mixedTest === undefined) return undefined
  const { command, timeout } = mixedTest
  return async ({ region, release, previous, signal }) => {
    const { end, stdout, stderr } = await run({
      argv: command,
      cwd: repository.root,
      timeout,
      signal,
      env: {
        BULKHEAD_ENVIRONMENT: name,
        BULKHEAD_REGION: region,
        BULKHEAD_RELEASE: release.commit,
        BULKHEAD_PREVIOUS: previous.commit,
      },
    })
    if (end.kind === 'exited' && end.code === 0) return null
    const ended = wordsOf(end, timeout)
    const said = `${stdout.toString()}${stderr.toString()}`.trim().slice(-MOST_SAID)
    return said === '' ? ended : `${ended}: ${said}`
  }
}
