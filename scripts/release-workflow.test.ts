import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type TemporaryDirectory, temporaryDirectory } from '../packages/testkit/src/index.ts'

const root = dirname(import.meta.dirname)

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string }[] } | undefined>
  >
}

/** Stands in for npm: builds what a test says, and packs that. */
const NPM = `#!/bin/sh
case "$*" in
  'run build') mkdir -p actions/gate/dist && printf %s "$BUILT" > actions/gate/dist/main.mjs ;;
  *pack-release*) for last; do :; done; mkdir -p "$last" && cp actions/gate/dist/main.mjs "$last" ;;
esac
`

/** The shell of `release.yml` itself, on a checkout of a tag. */
describe('what release.yml runs', () => {
  let home: TemporaryDirectory
  let workflow: Workflow
  beforeAll(async () => {
    workflow = parse(
      await readFile(join(root, '.github/workflows/release.yml'), 'utf8'),
    ) as Workflow
    home = await temporaryDirectory()
    await mkdir(join(home.path, 'bin'))
    await writeFile(join(home.path, 'bin', 'npm'), NPM)
    await chmod(join(home.path, 'bin', 'npm'), 0o755)
  })
  afterAll(() => home[Symbol.asyncDispose]())

  let place = ''
  let count = 0
  beforeEach(async () => {
    place = join(home.path, `run-${(count += 1)}`)
    await mkdir(place)
  })

  const run = (job: string, env: Readonly<Record<string, string>> = {}) =>
    spawnSync(
      'bash',
      [
        '-e',
        '-o',
        'pipefail',
        '-c',
        workflow.jobs[job]?.steps.find((step) => step.run)?.run ?? 'exit 9',
      ],
      {
        cwd: place,
        encoding: 'utf8',
        env: {
          PATH: `${join(home.path, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
          GITHUB_WORKSPACE: place,
          INDEX: '0',
          PLACE: 'checkout',
          ...env,
        },
      },
    )

  /** A tag whose tree has these bundles. */
  async function checkOut(bundles: Readonly<Record<string, string>>): Promise<void> {
    const folder = join(place, 'checkout')
    await mkdir(join(folder, 'actions', 'gate', 'dist'), { recursive: true })
    await writeFile(join(folder, '.gitignore'), 'dist/\n')
    for (const [name, text] of Object.entries(bundles))
      await writeFile(join(folder, 'actions', 'gate', 'dist', name), text)
    const git = (...args: readonly string[]) =>
      spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x.test', ...args], { cwd: folder })
    git('init', '--quiet')
    git('add', '--force', '.')
    git('commit', '--quiet', '--no-gpg-sign', '--message', 'x')
  }

  it('goes on when the tag holds what its sources build', async () => {
    await checkOut({ 'main.mjs': 'built' })
    const { status, stderr } = run('build', { BUILT: 'built' })
    expect(status, stderr).toBe(0)
    expect(await readFile(join(place, 'release', 'main.mjs'), 'utf8')).toBe('built')
  })

  it.each([
    ['one byte is another', { 'main.mjs': 'Built' }],
    ['a file of the tag is built from nothing', { 'main.mjs': 'built', 'more.mjs': '' }],
    ['a file is built that the tag lacks', { 'other.mjs': '' }],
  ])('stops when %s', async (_, bundles) => {
    await checkOut(bundles)
    const { status } = run('build', { BUILT: 'built' })
    expect(status).toBe(1)
  })

  it.each([
    ['goes on when two places built the same', 'built', 0],
    ['stops when they did not', 'built elsewhere', 1],
  ])('%s', async (_, other, expected) => {
    for (const [index, text] of ['built', other].entries()) {
      await mkdir(join(place, 'builds', `build-${index}`), { recursive: true })
      await writeFile(join(place, 'builds', `build-${index}`, 'gate.tar.gz'), text)
    }
    expect(run('compare').status).toBe(expected)
  })
})
