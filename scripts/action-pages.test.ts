import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import type { ActionDefinition } from '../packages/action-kit/src/index.ts'
import { reasons } from '../packages/vocabulary/src/index.ts'

const root = dirname(import.meta.dirname)
const actions = (await readdir(join(root, 'actions'))).filter((name) =>
  existsSync(join(root, 'actions', name, 'action.yml')),
)

/** What a reader finds on the page of every action, in this order; other sections may stand between. */
const SECTIONS = [
  'Quick start',
  'Permissions',
  'Inputs',
  'Outputs',
  'Recipes',
  'When it blocks you',
  'Security',
  'Versions and pinning',
]
const RECIPES = [
  'Monorepo',
  'Matrix and shards',
  'Merge queue',
  'Forks',
  'GitHub Enterprise Server',
]
const TOUCHES = ['Hosts:', 'Files:', 'Processes:']
const CODES = Object.keys(reasons)

interface Page {
  readonly lead: string
  readonly headings: readonly string[]
  section(name: string): string
}

function pageOf(text: string): Page {
  const [head = '', ...parts] = text.split(/^## /m)
  const sections = new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]),
  )
  return {
    lead: head.split('\n').slice(2, 3).join(''),
    headings: [...sections.keys()],
    section: (name) => sections.get(name) ?? '',
  }
}

/** Codes that a page names, whole ones and rooms such as `ledger/…`. */
const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-z]+\/[a-z-]*(?:…)?)`/g)].map(([, code = '']) => code)
const isKnown = (code: string): boolean =>
  code.endsWith('…') ? CODES.some((one) => one.startsWith(code.slice(0, -1))) : CODES.includes(code)

/** What a page lacks, each in one line. */
function defectsOf(text: string): readonly string[] {
  const page = pageOf(text)
  const found = SECTIONS.filter((name) => page.headings.includes(name))
  const inOrder = page.headings.filter((name) => SECTIONS.includes(name))
  const blocks = page.section('When it blocks you')
  const codes = codesIn(blocks)
  return [
    ...SECTIONS.filter((name) => !found.includes(name)).map((name) => `no section ${name}`),
    ...(inOrder.join() === found.join() ? [] : [`sections in another order: ${inOrder.join()}`]),
    ...(/^[A-Z][^.]*\.$/.test(page.lead) ? [] : ['does not say in one sentence what it does']),
    ...exampleDefects(page.section('Quick start')),
    ...rightsDefects(page),
    ...RECIPES.filter((name) => !page.section('Recipes').includes(`*${name}*: `)).map(
      (name) => `no recipe ${name}`,
    ),
    ...TOUCHES.filter((word) => !page.section('Security').includes(`- ${word} `)).map(
      (word) => `does not say under Security: ${word}`,
    ),
    ...(codes.length > 3 ? [] : ['names too few codes']),
    ...codes.filter((code) => !isKnown(code)).map((code) => `there is no code ${code}`),
    ...(['passed', 'blocked', 'bad-input', 'world-failed', 'bug'].every((outcome) =>
      blocks.includes(`| \`${outcome}\` |`),
    )
      ? []
      : ['does not tell every outcome']),
  ]
}

const firstExample = (section: string): string => /```yaml\n(.*?)```/s.exec(section)?.[1] ?? ''

function exampleDefects(section: string): readonly string[] {
  const lines = firstExample(section).trimEnd().split('\n').length
  return lines > 6 ? [`an example of ${lines} lines`] : []
}

/** Every right that an example asks for has a row with its reason. */
function rightsDefects(page: Page): readonly string[] {
  const rows = [...page.section('Permissions').matchAll(/^\| `([a-z-]+: (?:read|write))` \|/gm)]
  const told = rows.map(([, right = '']) => right)
  const { permissions } = parse(firstExample(page.section('Quick start'))) as {
    readonly permissions?: Readonly<Record<string, string>>
  }
  const asked = Object.entries(permissions ?? {}).map(([name, right]) => `${name}: ${right}`)
  return asked.filter((right) => !told.includes(right)).map((right) => `no reason for ${right}`)
}

/** An input that is called a token and not hidden would be shown by the first error about it. */
it.each(actions)('%s hides what it is given as a token', async (name) => {
  const { action } = (await import(`../actions/${name}/src/action.ts`)) as {
    readonly action: ActionDefinition
  }
  const shown = Object.entries(action.inputs).filter(
    ([input, { kind }]) => /token|secret|password/.test(input) && kind !== 'secret',
  )
  expect(shown.map(([input]) => input)).toEqual([])
})

const pageAt = (name: string) => readFile(join(root, 'actions', name, 'README.md'), 'utf8')

describe('the page of an action', () => {
  it.each(actions)('%s tells all that a stranger asks', async (name) => {
    expect(defectsOf(await pageAt(name))).toEqual([])
  })

  it.each([
    ['a section', /^## Security$/m, '## Safety', 'no section Security'],
    ['its sentence', /^Blocks .*$/m, 'Blocks. Things.', 'one sentence'],
    ['a recipe', '*Forks*', '*Branches*', 'no recipe Forks'],
    ['a right', '| `contents: read` |', '| `contents` |', 'no reason for contents: read'],
    ['a code', '`signature/unsigned`', '`signature/unsinged`', 'no code signature/unsinged'],
    ['brevity', 'permissions: {', '# a\n# b\npermissions: {', 'an example of 7 lines'],
    ['hosts', '- Hosts: ', '- Places: ', 'Hosts:'],
    ['an outcome', '`bad-input`', '`bad`', 'every outcome'],
  ])('that lacks %s is not whole', async (_, there, instead, says) => {
    const whole = await pageAt('signed-commits')
    const changed = whole.replace(there, instead)
    expect(changed).not.toBe(whole)
    expect(defectsOf(changed).join('\n')).toContain(says)
  })
})
