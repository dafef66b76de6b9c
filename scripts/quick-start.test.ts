import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleRelease } from '../packages/action-kit/src/testing/index.ts'
import { runWorkflow } from '../packages/action-kit/test/support/real-runner.ts'
import {
  type TemporaryDirectory,
  makePerson,
  temporaryDirectory,
} from '../packages/testkit/src/index.ts'
import { runProcess } from '../packages/world/src/index.ts'

const root = dirname(import.meta.dirname)
const page = await readFile(join(root, 'docs', 'quick-start.md'), 'utf8')
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  )

it('shows in the quick start the workflows that the real runner runs, and no other YAML', async () => {
  const folder = join(root, 'docs', 'workflows')
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  expect(blocks('ya?ml').length).toBeGreaterThan(0)
  expect(blocks('ya?ml').filter((block) => !files.includes(block))).toEqual([])
})

/** A service with tests of its own that has never heard of us. */
const SERVICE = {
  'package.json': JSON.stringify({
    name: 'service',
    type: 'module',
    scripts: Object.fromEntries(
      ['tenant-isolation', 'security'].map((suite) => [
        `test:${suite}`,
        `node --test --test-reporter=junit --test-reporter-destination=reports/${suite}.xml test/${suite}.test.js`,
      ]),
    ),
  }),
  'reports/.gitignore': '*\n!.gitignore\n',
  ...Object.fromEntries(
    ['tenant-isolation', 'security'].map((suite) => [
      `test/${suite}.test.js`,
      `import test from 'node:test'\ntest('${suite} holds', () => {})\n`,
    ]),
  ),
}

const isAbsent =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  !(process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'act')))

describe.skipIf(isAbsent)('the quick start, followed to the letter', () => {
  let home: TemporaryDirectory
  const at = (...path: readonly string[]) => join(home.path, ...path)
  beforeAll(async () => {
    home = await temporaryDirectory()
    const ada = await makePerson('Ada', home.path)
    await writeFile(
      at('.gitconfig'),
      `[user]\n  name = Ada\n  email = ${ada.email}\n  signingkey = ${ada.keyFile}\n[gpg]\n  format = ssh\n[commit]\n  gpgsign = true\n[init]\n  defaultBranch = main\n[push]\n  autoSetupRemote = true\n`,
    )
    await mkdir(at('bin'))
    // What npx would start once the command line is published.
    const cli = join(root, 'packages', 'cli', 'src', 'main.ts')
    await writeFile(
      at('bin', 'npx'),
      `#!/bin/sh\nshift\nexec '${process.execPath}' '${cli}' "$@"\n`,
    )
    await chmod(at('bin', 'npx'), 0o755)
    for (const [path, text] of Object.entries(SERVICE)) {
      await mkdir(dirname(at('service', path)), { recursive: true })
      await writeFile(at('service', path), text)
    }
    await shell(
      `git init -q && git add -A && git commit -q --no-gpg-sign -m 'As it always was'
       git init -q --bare ../remote.git && git remote add origin ../remote.git && git push -q`,
    )
    await assembleRelease(['signed-commits', 'test-suite'], at('release'))
  })
  afterAll(() => home[Symbol.asyncDispose]())

  /** A reader's own shell, in the clone. */
  async function shell(script: string) {
    const path = [at('bin'), dirname(process.execPath), process.env['PATH'] ?? '']
    const { end, stdout, stderr } = await runProcess({
      argv: ['bash', '-e', '-o', 'pipefail', '-c', script],
      cwd: at('service'),
      env: { HOME: home.path, PATH: path.join(delimiter) },
    })
    return { end, said: `${stdout.toString()}${stderr.toString()}` }
  }

  let count = 0
  /** The workflow of the page, as GitHub would run it for the commits since `base`. */
  async function pullRequest(base: string) {
    const temp = at(`run-${(count += 1)}`)
    await mkdir(temp)
    const [from = '', head = ''] = (await shell(`git rev-parse ${base} HEAD`)).said.split('\n')
    return runWorkflow({
      workflow: at('service', '.github', 'workflows', 'bulkhead.yml'),
      workspace: at('service'),
      release: at('release'),
      temp,
      event: {
        name: 'pull_request',
        payload: {
          pull_request: { number: 1, base: { sha: from, ref: 'main' }, head: { sha: head } },
          repository: { default_branch: 'main' },
        },
      },
    })
  }

  const [adopt = '', unsigned = '', ...others] = blocks('sh')
  it('adopts it: policy, signer, keys and inventories are in one signed commit', async () => {
    expect(others).toEqual([])
    const { end, said } = await shell(adopt)
    expect(end, said).toMatchObject({ kind: 'exited', code: 0 })
    const listed = await shell(
      'git show --name-only --format= HEAD; git cat-file commit HEAD | grep gpgsig; git config bulkhead.genesis',
    )
    for (const path of [
      'bulkhead.yml',
      '.bulkhead/allowed_signers',
      '.bulkhead/inventory/security.json',
    ])
      expect(listed.said).toContain(path)
    expect(listed.said).not.toContain('.pem')
    expect(listed.said).toContain('gpgsig -----BEGIN SSH SIGNATURE-----')
    expect(listed.said.trim().split('\n').at(-1)).toMatch(/^[0-9a-f]{40}$/)
    expect((await shell('git status --porcelain; git diff origin/main')).said).toBe('')
  })

  it('has a first pull request judged, and passes it', async () => {
    const [workflow = ''] = blocks('yaml')
    await mkdir(at('service', '.github', 'workflows'), { recursive: true })
    await writeFile(at('service', '.github', 'workflows', 'bulkhead.yml'), workflow)
    await shell('git add -A && git commit -q -m "Have every pull request judged" && git push -q')
    const { jobs } = await pullRequest('HEAD~1')
    expect(jobs['commits'], jobs['commits']?.log).toMatchObject({ result: 'success' })
    expect(jobs['tests'], jobs['tests']?.log).toMatchObject({ result: 'success' })
  })

  it('blocks the first pull request that nobody signed, and says so before it is pushed', async () => {
    const { end, said } = await shell(unsigned)
    expect(end, said).toMatchObject({ kind: 'exited', code: 0 })
    const { jobs } = await pullRequest('main')
    expect(jobs['commits']?.result).toBe('failure')
    expect(jobs['commits']?.annotations.join('\n')).toContain('title=signature/unsigned')
    expect(jobs['tests']?.result).toBe('success')
    const checked = await shell('npx bulkhead check')
    expect(checked.end).toMatchObject({ code: 1 })
    expect(checked.said).toContain('signature/unsigned')
  })

  it('blocks a test that fails and one that is gone, as it says there', async () => {
    await shell(
      `git switch -q -c broken main
       printf "import test from 'node:test'\\ntest('security holds', () => { throw 1 })\\n" > test/security.test.js
       git commit -q -a -m 'Break it'`,
    )
    const { jobs } = await pullRequest('main')
    expect(jobs['tests']?.result).toBe('failure')
    expect(jobs['tests']?.annotations.join('\n')).toContain('title=gate/exit-code')
    await shell(
      `git switch -q -c gone main
       printf "import test from 'node:test'\\ntest('another', () => {})\\n" > test/security.test.js
       git commit -q -a -m 'Test something else'`,
    )
    const checked = await shell('npx bulkhead check')
    expect(checked.end).toMatchObject({ code: 1 })
    expect(checked.said).toContain('gate/missing-test')
  })
})
