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
  const [first = guessSuite('tenant-isolation', 'test:tenant-isolation', scripts), ...others] =
    SUITES.map(({ name, scripts: likely }) =>
      guessSuite(name, likely.find((script) => scripts.has(script)) ?? `test:${name}`, scripts),
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

function guessSuite(
  name: string,
  script: string,
  scripts: ReadonlyMap<string, string>,
): SuiteGuess {
  const reports = [`reports/${name}.xml`] as const
  const command = ['npm', 'run', '--silent', script] as const
  const line = scripts.get(script) ?? ''
  // Arguments reach the last command of a line only.
  const runner = /[&|;\n]/.test(line) ? undefined : RUNNERS.find(({ is }) => is.test(line))
  if (runner === undefined) return { name, command, reports }
  if (runner.off === undefined)
    return { name, command, reports, retries: { kind: 'none-in-runner' } }
  return {
    name,
    command: [...command, '--', runner.off],
    reports,
    retries: { kind: 'off-by', arguments: [runner.off] },
  }
}

/** Runners by how a script calls them, and what switches their retries off; undefined: they have none. */
const RUNNERS: readonly { readonly is: RegExp; readonly off: string | undefined }[] = [
  { is: /^(?:npx )?vitest\b/, off: '--retry=0' },
  { is: /^(?:npx )?playwright test\b/, off: '--retries=0' },
  { is: /^(?:npx )?mocha\b/, off: '--retries=0' },
  { is: /^node (?:--\S+ )*--test\b/, off: undefined },
  { is: /^go test\b/, off: undefined },
]

async function npmScripts(root: string): Promise<ReadonlyMap<string, string>> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const scripts =
      typeof manifest === 'object' && manifest !== null && 'scripts' in manifest
        ? manifest.scripts
        : {}
    const entries = Object.entries(typeof scripts === 'object' && scripts !== null ? scripts : {})
    return new Map(entries.map(([name, line]) => [name, String(line)]))
  } catch {
    return new Map()
  }
}
