import { JsonRefusal, parseStrictJson } from '@bulkhead/envelope'
import { type Finding, isDigest } from '@bulkhead/vocabulary'
import { confusion } from './confusing-text.ts'
import { hasExactly } from './exact-object.ts'
import { type Inventory, type TestFile, judgeId, makeInventory } from './inventory.ts'
import { remark } from './remarks.ts'
import { isLeg } from './run-part.ts'
import { idKey, idLabel } from './test-identity.ts'
import type { TestId } from './test-run.ts'

const MOST_BYTES = 64 * 1024 * 1024
const MOST_TESTS = 1_000_000
const MOST_FILES = 50_000

export type ParsedInventory =
  | { readonly kind: 'inventory'; readonly inventory: Inventory }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }

/**
 * The file of an inventory, version 2: JSON, one file or test a line, sorted. The same inventory
 * always gives the same bytes.
 */
export function printInventory({ suite, files, tests }: Inventory): string {
  const members = [
    '"version": 2',
    `"suite": ${JSON.stringify(suite)}`,
    `"files": ${printList(files.map(({ path, digest: of }) => printObject({ path, digest: of })))}`,
    `"tests": ${printList(tests.map(({ file, className, name, leg }) => printObject({ ...(leg === undefined ? {} : { leg }), file, class: className, name })))}`,
  ]
  return `{\n  ${members.join(',\n  ')}\n}\n`
}

const printObject = (object: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(object)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    .join(', ')} }`

const printList = (lines: readonly string[]): string =>
  lines.length === 0 ? '[]' : `[\n    ${lines.join(',\n    ')}\n  ]`

/**
 * Reads the file of an inventory, version 1 or 2. White space and order are free, all else is strict:
 * known keys only and each once, no repeated file or id, no id that could be mistaken for another.
 *
 * @param path what findings call the file
 * @param suite the suite that it must be of
 */
export function parseInventory(bytes: Uint8Array, path: string, suite: string): ParsedInventory {
  const invalid = (message: string): ParsedInventory => ({
    kind: 'invalid',
    findings: [remark('gate/invalid-inventory', path, message)],
  })
  const json = parseStrictly(bytes)
  if ('problem' in json) return invalid(json.problem)
  const form = formOf(json.value)
  if (form === undefined)
    return invalid('it is not an object of version (1 or 2), suite, files (in version 2) and tests')
  const { suite: named, files, tests } = form
  if (named !== suite) return invalid(`it is not of the suite ${suite}`)
  if (!Array.isArray(tests) || !Array.isArray(files))
    return invalid('its tests or files are not a list')
  if (tests.length > MOST_TESTS) return invalid(`it lists more than ${MOST_TESTS} tests`)
  if (files.length > MOST_FILES) return invalid(`it lists more than ${MOST_FILES} files`)
  const listed = readFiles(files)
  if (typeof listed === 'string') return invalid(listed)
  return judgeTests({ suite, tests, files: listed }, invalid)
}

function formOf(value: unknown): { suite: unknown; files: unknown; tests: unknown } | undefined {
  if (hasExactly(value, ['version', 'suite', 'tests']) && value.version === 1)
    return { suite: value.suite, files: [], tests: value.tests }
  if (hasExactly(value, ['version', 'suite', 'files', 'tests']) && value.version === 2)
    return { suite: value.suite, files: value.files, tests: value.tests }
  return undefined
}

/** Parts that are no `.` or `..`, without backslash or control character. */
const FILE_PATH = /^(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]+(?:\/(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]+)*$/u

/** Whether an inventory can list a file of this path. */
export const isListablePath = (path: string): boolean =>
  path.length <= 4096 && FILE_PATH.test(path) && confusion(path) === undefined

/** @returns what is wrong, as text, when something is */
function readFiles(files: readonly unknown[]): readonly TestFile[] | string {
  const listed = new Map<string, TestFile>()
  for (const [index, file] of files.entries()) {
    if (!hasExactly(file, ['path', 'digest'])) return `file ${index + 1} is not path and digest`
    const { path, digest: of } = file
    if (typeof path !== 'string' || !isListablePath(path))
      return `the path of file ${index + 1} is no plain path of the repository`
    if (typeof of !== 'string' || !isDigest(of)) return `the digest of ${path} is not sha256:<hex>`
    if (listed.has(path)) return `it lists ${path} twice`
    listed.set(path, { path, digest: of })
  }
  return [...listed.values()]
}

function judgeTests(
  {
    suite,
    tests,
    files,
  }: {
    readonly suite: string
    readonly tests: readonly unknown[]
    readonly files: readonly TestFile[]
  },
  invalid: (message: string) => ParsedInventory,
): ParsedInventory {
  const seen = new Map<string, TestId>()
  const findings: Finding[] = []
  for (const [index, test] of tests.entries()) {
    const id = toId(test)
    if (id === undefined)
      return invalid(
        `test ${index + 1} is not an object of file, class and name (and leg), all text`,
      )
    if (seen.has(idKey(id))) return invalid(`it lists ${idLabel(id)} twice`)
    seen.set(idKey(id), id)
    if (findings.length < 100) findings.push(...judgeId(id))
  }
  if (findings.length > 0) return { kind: 'invalid', findings }
  return { kind: 'inventory', inventory: makeInventory(suite, seen.values(), files) }
}

function toId(test: unknown): TestId | undefined {
  const isLegless = hasExactly(test, ['file', 'class', 'name'])
  if (!isLegless && !hasExactly(test, ['leg', 'file', 'class', 'name'])) return undefined
  const { file, class: className, name } = test
  if (typeof file !== 'string' || typeof className !== 'string' || typeof name !== 'string')
    return undefined
  if (isLegless) return { file, className, name }
  const { leg } = test
  if (typeof leg !== 'string' || leg === '' || !isLeg(leg)) return undefined
  return { file, className, name, leg }
}

function parseStrictly(bytes: Uint8Array): { value: unknown } | { problem: string } {
  try {
    return { value: parseStrictJson(bytes, { maxBytes: MOST_BYTES, maxDepth: 3 }) }
  } catch (error) {
    if (error instanceof JsonRefusal) return { problem: `it is not plain JSON: ${error.message}` }
    throw error
  }
}
