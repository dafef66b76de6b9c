import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinDefects, unexplainedRights, workflowDefects } from './workflow-lint/rules.ts'
import {
  type YamlText,
  blocksOf,
  wholeWorkflow,
  workflowTexts,
} from './workflow-lint/yaml-texts.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isAbsent = (tool: string): boolean =>
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  !(process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)))

/** Runs a linter. @returns its exit code and what it said */
const lint = (argv: readonly [string, ...string[]]) =>
  new Promise<{ readonly code: unknown; readonly said: string }>((resolve) => {
    const [tool, ...args] = argv
    execFile(tool, args, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, said: `${stdout}${stderr}` }),
    )
  })
/** The newest actionlint does not know `$/`, by which GitHub names the repository of the workflow. */
const actionlint = (files: readonly string[]) =>
  lint(['actionlint', '-shellcheck=', '-ignore', String.raw`specifying action "\$/`, ...files])
const zizmor = (files: readonly string[]) =>
  lint(['zizmor', '--offline', '--quiet', '--no-progress', ...files])

const SHA = '3d3c42e5aac5ba805825da76410c181273ba90b1'
const GOOD = `on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    permissions:
      contents: read # to check the repository out
    steps:
      - uses: actions/checkout@${SHA} # v7.0.1
        with:
          persist-credentials: false
`
const asFile = (text: string): YamlText => ({ place: 'w.yml', text, isBlock: false })
const defectsOf = (text: string) => [
  ...pinDefects(asFile(text)),
  ...workflowDefects('w.yml', text),
  ...unexplainedRights(asFile(text)),
]

describe('workflows, and those in pages', () => {
  let texts: readonly YamlText[]
  let folder: string
  beforeAll(async () => {
    texts = await workflowTexts(root)
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-lint-'))
    // The linters say what they see only of files that lie where workflows do.
    await mkdir(join(folder, '.github', 'workflows'), { recursive: true })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Every text as a file of its own, by the name of its place. */
  async function writeAll(some: readonly YamlText[]): Promise<readonly string[]> {
    const written = some.map(async (text) => {
      const whole = wholeWorkflow(text)
      if (whole === undefined) return []
      const name = `${text.place.replaceAll(/[^\w.-]+/g, '_').replace(/\.ya?ml$/, '')}.yml`
      const file = join(folder, '.github', 'workflows', name)
      await writeFile(file, whole)
      return [file]
    })
    return (await Promise.all(written)).flat()
  }

  it('are found in files and in pages', () => {
    expect(texts.filter(({ isBlock }) => !isBlock).length).toBeGreaterThan(1)
    expect(texts.filter(({ isBlock }) => isBlock).length).toBeGreaterThan(5)
  })

  it('use nothing that somebody could move', () => {
    expect(texts.flatMap(pinDefects)).toEqual([])
  })

  it('ask for no more than they need, and say why', () => {
    const wholes = texts.flatMap((text) => {
      const whole = wholeWorkflow(text)
      return whole === undefined ? [] : [[text.place, whole] as const]
    })
    expect(wholes.flatMap(([place, whole]) => workflowDefects(place, whole))).toEqual([])
    expect(texts.flatMap(unexplainedRights)).toEqual([])
  })

  it.skipIf(isAbsent('actionlint'))('please actionlint', async () => {
    expect(await actionlint(await writeAll(texts))).toEqual({ code: 0, said: '' })
  })

  it.skipIf(isAbsent('zizmor'))('please zizmor, as do the actions', async () => {
    const names = await readdir(join(root, 'actions'))
    const manifests = names
      .map((name) => join(root, 'actions', name, 'action.yml'))
      .filter((file) => existsSync(file))
    expect(manifests.length).toBeGreaterThan(3)
    const { code, said } = await zizmor([...(await writeAll(texts)), ...manifests])
    expect({ code, said }).toMatchObject({ code: 0 })
  })

  it.skipIf(isAbsent('actionlint') || isAbsent('zizmor'))(
    'are judged by linters that see what is wrong',
    async () => {
      const [typo] = await writeAll([asFile(GOOD.replace('runs-on', 'run-on'))])
      expect((await actionlint([typo ?? ''])).code).toBe(1)
      const [moved] = await writeAll([asFile(GOOD.replace(`${SHA} # v7.0.1`, 'v7'))])
      expect((await zizmor([moved ?? ''])).said).toContain('unpinned-uses')
    },
  )
})

describe('a workflow', () => {
  it('that does what it should has no defect', () => {
    expect(defectsOf(GOOD)).toEqual([])
  })

  const GATE = '$/actions/release-gate'
  it.each([
    ['uses a tag', GOOD.replace(SHA, 'v7'), 'full commit id'],
    ['names no version', GOOD.replace(' # v7.0.1', ''), 'full commit id'],
    [
      'uses what an earlier step has cloned',
      GOOD.replace(/actions\/checkout@.*/, './x'),
      'full commit id',
    ],
    ['has the rights of the default', GOOD.replace('permissions: {}\n', ''), 'permissions: {}'],
    [
      'has a job that lists no rights',
      GOOD.replace(/    permissions:\n.*\n/, ''),
      'list its permissions',
    ],
    ['gives no reason for a right', GOOD.replace(/ # to check.*/, ''), 'no reason'],
    ['leaves a token behind', GOOD.replace('false', 'true'), 'leaves its token'],
    [
      'runs for strangers with rights',
      GOOD.replace('on: push', 'on: pull_request_target'),
      'pull_request_target',
    ],
    [
      'puts words of others into a shell',
      `${GOOD}      - run: echo \${{ github.head_ref }}\n`,
      'within `run:`',
    ],
    [
      'tests where it can sign',
      `${GOOD.replace('contents: read #', 'id-token: write #')}      - run: npm test\n`,
      'runs npm test',
    ],
    [
      'runs others where there is a secret',
      `${GOOD}      - uses: x/y@${SHA} # v1\n        with: { key: '\${{ secrets.KEY }}' }\n`,
      'runs x/y@',
    ],
    [
      'signs beside a cache',
      `${GOOD.replace('contents: read #', 'id-token: write #')}      - uses: ${GATE}\n        with:\n          cache: npm\n`,
      'cache',
    ],
  ])('that %s is refused', (_, text, word) => {
    expect(defectsOf(text).join('\n')).toContain(word)
  })

  it('for a comment may start a workflow, and nothing else', () => {
    const hotfix = `OWNER/bulkhead/actions/hotfix@${SHA} # v0`
    const comment = `on: issue_comment
permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    permissions:
      actions: write # to start the workflow of the default branch
    steps:
      - uses: ${hotfix}
        with: { command: dispatch }
`
    expect(defectsOf(comment)).toEqual([])
    for (const [from, to] of [
      ['command: dispatch', 'command: ship'],
      [hotfix, `actions/checkout@${SHA} # v7.0.1`],
      ['actions: write', 'contents: write'],
      ['command: dispatch', "command: dispatch, advisory: '${{ secrets.A }}'"],
    ] as const)
      expect(defectsOf(comment.replace(from, to)).join('\n'), to).toContain('runs on issue_comment')
  })

  it('that signs with our actions alone is not', () => {
    const signing = GOOD.replace('contents: read #', 'id-token: write #')
    expect(defectsOf(`${signing}      - uses: ${GATE}\n`)).toEqual([])
  })

  it('in a page is found with its line', () => {
    const page = `# x\n\n\`\`\`yaml\nsteps:\n  - uses: a/b@v1\n\`\`\`\n\`\`\`yaml\na: 1\n\`\`\`\n`
    const blocks = blocksOf('p.md', page)
    expect(blocks.map(({ place }) => place)).toEqual(['p.md:3'])
    expect(blocks.flatMap(pinDefects)).toHaveLength(1)
  })
})
