import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = dirname(import.meta.dirname)
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '')
const read = (path: string) => readFile(join(root, path), 'utf8')

/**
 * The checks of OpenSSF Scorecard that read files (docs/threat-model.md lists all). Dangerous-Workflow,
 * Token-Permissions and the pins of actions are judged in `workflow-lint.test.ts`.
 */
describe('what OpenSSF Scorecard reads in the files of a repository', () => {
  it('Binary-Artifacts: nothing that somebody would have to trust unread', () => {
    const BINARY = /\.(?:exe|dll|so|dylib|jar|class|o|a|wasm|node|pyc|apk|deb|rpm|bin)$/
    expect(tracked.filter((path) => BINARY.test(path))).toEqual([])
    expect(tracked.filter((path) => /(?:^|\/)dist\//.test(path))).toEqual([])
  })

  it('License: one at the top that machines know', async () => {
    expect(await read('LICENSE')).toMatch(/^\s*Apache License\s+Version 2\.0/)
  })

  it('Security-Policy: how to report, what counts and how soon there is an answer', async () => {
    const page = await read('SECURITY.md')
    expect(page).toMatch(/privately/)
    expect(page).toMatch(/within two working days/)
    expect(page).toMatch(/advisories/)
  })

  it('Dependency-Update-Tool: for packages and actions, with time to see what is poisoned', async () => {
    const { updates } = parse(await read('.github/dependabot.yml')) as {
      readonly updates: readonly {
        readonly 'package-ecosystem': string
        readonly cooldown?: { readonly 'default-days': number }
      }[]
    }
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions'])
    for (const { cooldown } of updates) expect(cooldown?.['default-days']).toBeGreaterThan(1)
  })

  it('Pinned-Dependencies: exact versions, and a digest for everything that is installed', async () => {
    const manifests = tracked.filter((path) => /(?:^|\/)package\.json$/.test(path))
    expect(manifests.length).toBeGreaterThan(20)
    const loose: string[] = []
    for (const path of manifests.filter((file) => !file.includes('/fixtures/'))) {
      const manifest = JSON.parse(await read(path)) as Readonly<
        Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>> | undefined>
      >
      const wanted = { ...manifest.dependencies, ...manifest.devDependencies }
      for (const [name, version] of Object.entries(wanted))
        if (!/^(?:\d+\.\d+\.\d+(?:-[\w.]+)?|workspace:\*)$/.test(version))
          loose.push(`${path}: ${name} ${version}`)
    }
    expect(loose).toEqual([])
    const { packages } = parse(await read('pnpm-lock.yaml')) as {
      readonly packages: Readonly<
        Record<string, { readonly resolution: Readonly<Record<string, string>> }>
      >
    }
    const unpinned = Object.entries(packages)
      .filter(([, { resolution }]) => resolution['integrity']?.startsWith('sha512-') !== true)
      .map(([name]) => name)
    expect(unpinned).toEqual([])
    // No tarball elsewhere and no git: what is installed comes from the registry (T07).
    const elsewhere = Object.values(packages).filter(
      ({ resolution }) => 'tarball' in resolution || 'repo' in resolution,
    )
    expect(elsewhere).toEqual([])
  })

  it('Pinned-Dependencies: what CI installs besides has a version', async () => {
    const prepare = await read('.ci/prepare')
    const installed = [...prepare.matchAll(/go\)" install (\S+)/g)].map(([, what = '']) => what)
    expect(installed.length).toBeGreaterThan(1)
    for (const what of installed) expect(what).toMatch(/@v\d+\.\d+\.\d+$/)
    const wheels = [...prepare.matchAll(/^\s+wheel (\S+) (\S+)$/gm)]
    expect(wheels.length).toBeGreaterThan(1)
    for (const [, , version] of wheels) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('Code-Review: what decides and releases has owners', async () => {
    const owners = await read('.github/CODEOWNERS')
    for (const place of [
      '/.github/',
      '/.bulkhead/',
      '/bulkhead.yml',
      '/scripts/',
      '/pnpm-lock.yaml',
    ])
      expect(owners).toContain(`${place} @`)
  })

  it('Fuzzing: by properties, in every room that reads what others wrote', () => {
    const fuzzed = execFileSync('git', ['grep', '-l', 'fast-check', '--', 'packages/*/test/*'], {
      cwd: root,
      encoding: 'utf8',
    })
    for (const room of ['signatures', 'test-reports', 'policy', 'envelope', 'action-kit'])
      expect(fuzzed).toContain(`packages/${room}/test/`)
  })

  it('CI-Tests: every proposed change is tested, and the whole answer is one job', async () => {
    const { on, jobs } = parse(await read('.github/workflows/ci.yml')) as {
      readonly on: object
      readonly jobs: object
    }
    expect(Object.keys(on)).toEqual(expect.arrayContaining(['push', 'pull_request', 'merge_group']))
    expect(Object.keys(jobs)).toContain('ci-ok')
  })
})
