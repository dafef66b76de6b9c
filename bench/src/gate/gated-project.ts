import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePerson, makeRepository, succeed, temporaryDirectory } from '@bulkhead/testkit'

/** The built command line. */
export const CLI_ENTRY = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../packages/cli/dist/bulkhead.mjs',
)

/** Writes its reports: so many files with so many passed tests in each. */
const suiteText = (
  reports: number,
  testsEach: number,
): string => `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('reports', { recursive: true })
for (let file = 0; file < ${reports}; file += 1) {
  const cases = Array.from({ length: ${testsEach} }, (_, at) => '<testcase classname="tenants ' + file + '" name="refuses stranger ' + at + '" time="0.01"/>')
  writeFileSync('reports/' + file + '.xml', '<testsuites><testsuite name="t" tests="${testsEach}" failures="0">' + cases.join('') + '</testsuite></testsuites>')
}
`

const BUILD = `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('dist', { recursive: true })
writeFileSync('dist/app.mjs', 'console.log(1)')
`

const SUITE = `suites:
  isolation:
    mandatory: true
    command: [node, suite.mjs]
    retries: { none-in-runner: true }
    reports: ['reports/*.xml']
    inventory: .bulkhead/inventory/isolation.json
build:
  command: [node, build.mjs]
  artifacts: [dist/app.mjs]
`

interface GatedProject extends AsyncDisposable {
  readonly path: string
}

/** A repository whose head is signed, tested and built, so that only the gate is left to do. */
export async function gatedProject({
  reports,
  testsEach,
}: {
  readonly reports: number
  readonly testsEach: number
}): Promise<GatedProject> {
  const home = await temporaryDirectory()
  const ada = await makePerson('Ada', home.path)
  const repository = await makeRepository(join(home.path, 'work'))
  const { path } = repository
  for (const [key, value] of [
    ['user.email', ada.email],
    ['user.name', ada.name],
    ['user.signingkey', ada.keyFile],
  ] as const)
    await repository.git('config', key, value)
  const bulkhead = (...words: readonly string[]) =>
    succeed([process.execPath, CLI_ENTRY, ...words], { cwd: path })
  await writeFile(join(path, 'package.json'), '{ "name": "bench", "private": true }\n')
  await bulkhead('init')
  const policy = await readFile(join(path, 'bulkhead.yml'), 'utf8')
  const from = policy.search(/^suites:/m)
  const to = policy.search(/^(?:# .*\n)*keys:/m)
  for (const [name, text] of [
    ['bulkhead.yml', policy.slice(0, from) + SUITE + policy.slice(to)],
    ['suite.mjs', suiteText(reports, testsEach)],
    ['build.mjs', BUILD],
    ['.gitignore', 'reports/\ndist/\n'],
  ] as const)
    await writeFile(join(path, name), text)
  await bulkhead('inventory', 'update')
  const genesis = await repository.commit({ by: ada, message: 'Adopt Bulkhead' })
  await repository.git('config', 'bulkhead.genesis', genesis)
  await repository.commit({ by: ada, message: 'Go on', files: { 'note.txt': 'more\n' } })
  await bulkhead('test')
  await bulkhead('build')
  return { path, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}
