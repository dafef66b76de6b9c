import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { policyJsonSchema } from '../packages/policy/src/index.ts'
import { driverJsonSchema } from '../packages/targets/src/index.ts'
import { CAPABILITIES, type Capability } from '../packages/test-reports/src/index.ts'
import { reasons } from '../packages/vocabulary/src/index.ts'
import { actionContracts } from './action-contracts.ts'

/** Path from the repository's top → the text that the file must have. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reasons.md', reasonsPage()],
    ['docs/report-formats.md', formatsPage()],
    ['packages/policy/bulkhead.schema.json', `${JSON.stringify(policyJsonSchema(), null, 2)}\n`],
    [
      'packages/targets/exec-driver.schema.json',
      `${JSON.stringify(driverJsonSchema(), null, 2)}\n`,
    ],
    ['packages/signers/src/public-root.ts', publicRoot()],
    ['packages/cli/src/version.ts', await versionModule()],
    ...(await actionContracts()),
  ])
}

/** The version of the command line, which changesets keep in its `package.json`. */
async function versionModule(): Promise<string> {
  const manifest = new URL('../packages/cli/package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string }
  return `/** Version of the command line. Generated from its \`package.json\`. */\nexport const VERSION = '${version}'\n`
}

interface TufSeeds {
  readonly [repository: string]: { readonly targets: Readonly<Record<string, string>> }
}

/** The root of the public Sigstore instance, as the maintainers of its TUF client have pinned it. */
function publicRoot(): string {
  const require = createRequire(import.meta.url)
  const seeds = require('@sigstore/tuf/seeds.json') as TufSeeds
  const encoded = seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? ''
  const root: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
  return `/**
 * Whom the public instance of Sigstore trusts. Generated from what \`@sigstore/tuf\` pins; a newer
 * version of that package and \`npm run generate\` bring a newer root.
 */
export const PUBLIC_ROOT =
  ${JSON.stringify(JSON.stringify(root)).replace(/^"|"$/g, "'").replaceAll('\\"', '"')}
`
}

/** Every reason code with its cause and remedy, by room. */
function reasonsPage(): string {
  const byRoom = Map.groupBy(Object.entries(reasons), ([code]) => code.split('/')[0] ?? '')
  const rooms = [...byRoom].sort(([a], [b]) => (a < b ? -1 : 1))
  const sections = rooms.map(([room, entries]) => {
    const list = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    return `## ${room}\n\n${list.map(([code, reason]) => `### \`${code}\`\n\n${reason.cause}\n\n**Remedy.** ${reason.remedy}\n`).join('\n')}`
  })
  return `# Reasons\n\nEvery reason that Bulkhead gives for a refusal, with its cause and its remedy.\nThis page is generated from the code: \`npm run generate\`.\n\n${sections.join('\n')}`
}

const SIGHTS = ['retries', 'focus', 'unhandled', 'todo', 'skipped', 'assertionless'] as const

/** What each report format can show. */
function formatsPage(): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const row = (capability: Capability) =>
    line([
      `\`${capability.format}\``,
      capability.dialect === '' ? '**the format**' : capability.dialect,
      ...SIGHTS.map((sight) => capability[sight]),
    ])
  const head = [
    'format',
    'written by',
    'retries',
    'focus',
    'errors outside of tests',
    'todo',
    'skipped',
    'no assertion',
  ]
  return `${FORMATS_INTRODUCTION}
${line(head)}
${line(head.map(() => '---'))}
${CAPABILITIES.map(row).join('\n')}
${JSON_REPORTS}`
}

const JSON_REPORTS = `
## What blocks in a report in JSON

Beside tests that failed, are left out or are flaky, and counters that disagree:

- **jest, Vitest**: a suite that failed, or has a message, although its tests passed; a suite without
  tests; a test that passed and was not run, or holds failures (Vitest keeps those of earlier tries there);
  \`test.failing\`; no \`expect\` that held (jest); handles left open; a run that was interrupted;
  snapshots that did not match, that were written instead of compared (run with \`--ci\`), or that are
  stored and were not compared (remove them). What Vitest's \`test.fails\` and \`repeats\` do is not in it.
- **Mocha**: a test that is in \`tests\` and in no other list; a pass with an error, or with
  \`currentRetry\`; passes of a \`--dry-run\`, which have no duration.
- **Playwright**: any of \`errors\`; a status that was expected to be anything but \`passed\`; a pass that
  is marked \`skip\`, \`fixme\` or \`fail\`, holds an error, or has a step with one; a second try, even if it
  is the only one listed; \`--update-snapshots\` of \`all\` or \`changed\`, and \`ignoreSnapshots\`.
- **RSpec**: errors outside of examples; a focus. A \`--dry-run\` cannot be told from a run: it is the
  command on the run record that shows it.
- **Cucumber**: a step or hook that did not pass, or has no result; a scenario without steps, a feature
  without scenarios.
- **CTRF**: \`rawStatus\` that is no word for a pass, retries, a step that failed, a pass with a trace.
- **SARIF**: a run that was not successful, results that are suppressed or left to people.

A key or a status that the format does not have blocks, since it may hold an outcome. Whoever changes a
report before it is read (sorting its keys, say) may make it unreadable: read it as the runner wrote it.

Reports in JSON are proven byte by byte as they are read, and are not held in memory: a key that stands
twice, \`__proto__\`, \`NaN\`, numbers that a double cannot hold, lone surrogates, anything behind the
document are \`test/unparseable\`; bytes that are not UTF-8 are \`test/bad-encoding\`. \`test/limits\` is
one of: 1 GiB in all, 64 levels of depth, 100,000 members of an object, 32 MiB of one string, 16 MiB of
one test with all that it printed, 5,000,000 tests.
`

const FORMATS_INTRODUCTION = `# What each report format can show

The format of a report is told by its first bytes, or named by \`format\` of the suite in
\`bulkhead.yml\`. A report of no known format blocks, and so does one that begins like two.
\`bulkhead reports FILE…\` says how a file is read.

A report must be UTF-8. One byte order mark is accepted at the very start of XML, where XML 1.0 allows
it and the .NET runners write it; it is no part of any name. JSON (RFC 8259) and TAP do not allow one,
and a report with it is refused.

**No** means that reports of the format hide it. **In part** means that only some writers or settings
show it, which a reader cannot tell, so that the gate counts it as hidden. **n/a** means that there is
no such thing. The gate goes by the line of the format, since a report can claim to be of any dialect.

A mandatory suite is not judged on what its reports hide:

- *Errors outside of tests*: the exit code on the run record must be 0.
- *Focus* (\`only\`, filters): every test of the inventory must have run.
- *Retries*: where they are hidden, the suite names why there were none, or
  \`gate/blind-format\` blocks. Either \`retries: { off-by: [--retry=0] }\`: these arguments must be in
  the command on the run record. Or \`retries: { none-in-runner: true }\`, for a runner that cannot try
  again (\`go test\`, \`node --test\`, pytest without a plugin for it). An argument switches off what the
  runner does by itself: a test that asks for retries in its own code is caught by review alone.
- *Assertions and todo*: what a format hides of these is not proven by anything else.
`
