import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InitialPolicy, SuiteGuess } from '@bulkhead/policy'

/** The suites that a first policy proposes, and the npm scripts that are likely to run them. */
const SUITES: readonly { readonly name: string; readonly scripts: readonly string[] }[] = [
  { name: 'tenant-isolation', scripts: ['test:tenant-isolation', 'test:isolation'] },
  { name: 'security', scripts: ['test:security'] },
]

/** A first policy for a repository, from what its `package.json` says; a guess that the user edits. */
export async function guessPolicy(root: string): Promise<InitialPolicy> {
  const scripts = await npmScripts(root)
  const [first = guessSuite('tenant-isolation', 'test:tenant-isolation'), ...others] = SUITES.map(
    ({ name, scripts: likely }) =>
      guessSuite(name, likely.find((script) => scripts.has(script)) ?? `test:${name}`),
  )
  return {
    suites: [first, ...others],
    build: { command: ['npm', 'run', '--silent', 'build'], artifacts: ['dist/server.mjs'] },
    environment: 'production',
    start: ['node', '{artifact}'],
    // What `init` makes lies in the git directory, where the tests could read it. Saying so is the
    // honest default; the comment in the policy names the stronger choice.
    voucherSeparation: 'local',
  }
}

const guessSuite = (name: string, script: string): SuiteGuess => ({
  name,
  command: ['npm', 'run', '--silent', script],
  reports: [`reports/${name}.xml`],
})

async function npmScripts(root: string): Promise<ReadonlySet<string>> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const scripts =
      typeof manifest === 'object' && manifest !== null && 'scripts' in manifest
        ? manifest.scripts
        : {}
    return new Set(Object.keys(typeof scripts === 'object' && scripts !== null ? scripts : {}))
  } catch {
    return new Set()
  }
}
