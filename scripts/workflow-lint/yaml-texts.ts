import { readFile, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { parse } from 'yaml'

/** YAML about workflows: a file of ours, or a block in a page that people copy. */
export interface YamlText {
  /** `path`, or `path:LINE` where a block begins. */
  readonly place: string
  readonly text: string
  /** A block of a page: it may be a part of a workflow. */
  readonly isBlock: boolean
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.turbo', 'test-results', 'reports'])

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const nested = await Promise.all(
    entries
      .filter((entry) => !SKIPPED.has(entry.name))
      .map((entry) => {
        const path = join(directory, entry.name)
        return entry.isDirectory() ? filesBelow(path) : Promise.resolve([path])
      }),
  )
  return nested.flat().sort()
}

const WORKFLOW = /(?:^|\/)workflows\/[^/]+\.ya?ml$/
const PAGE = /\.md$/

/** Every workflow file, and every block of YAML in a page that uses an action or a workflow. */
export async function workflowTexts(root: string): Promise<readonly YamlText[]> {
  const paths = await filesBelow(root)
  const texts = await Promise.all(
    paths.map(async (file) => {
      const place = relative(root, file).split(sep).join('/')
      if (WORKFLOW.test(place))
        return [{ place, text: await readFile(file, 'utf8'), isBlock: false }]
      if (!PAGE.test(place)) return []
      return blocksOf(place, await readFile(file, 'utf8'))
    }),
  )
  return texts.flat()
}

/** The fenced blocks of YAML in which something is used. */
export function blocksOf(place: string, page: string): readonly YamlText[] {
  return [...page.matchAll(/^```ya?ml\n(.*?)^```/gms)]
    .map(({ 1: text = '', index }) => ({
      place: `${place}:${page.slice(0, index).split('\n').length}`,
      text,
      isBlock: true,
    }))
    .filter(({ text }) => /^\s*(?:- )?uses:/m.test(text))
}

const NO_COMMIT = '0'.repeat(40)

/**
 * A block as the whole workflow that a reader makes of it; what it does not say is added without asking
 * for rights. Undefined for a part that is no list of jobs or steps.
 */
export function wholeWorkflow({ text, isBlock }: YamlText): string | undefined {
  if (!isBlock) return text
  const filled = text.replaceAll('@<sha>', `@${NO_COMMIT}`)
  const document = parse(filled) as Readonly<Record<string, unknown>> | null
  if (document === null || Array.isArray(document)) return undefined
  const head = 'on' in document ? '' : 'on: push\n'
  if ('jobs' in document) {
    const top = 'permissions' in document ? '' : 'permissions: {}\n'
    return `${head}${top}${withRunners(filled)}`
  }
  if (!('steps' in document)) return undefined
  const indented = filled.replaceAll(/^(?=.)/gm, '    ')
  return `on: push\npermissions: {}\njobs:\n  example:\n    runs-on: ubuntu-24.04\n${indented}`
}

/** Jobs of a shortened example do not say where they run. */
const withRunners = (text: string): string =>
  text.includes('runs-on:')
    ? text
    : text.replaceAll(/^( +)steps:/gm, '$1runs-on: ubuntu-24.04\n$1steps:')
