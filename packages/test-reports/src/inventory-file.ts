import type { Finding } from '@bulkhead/vocabulary'
import { type Inventory, judgeId, makeInventory } from './inventory.ts'
import { remark } from './remarks.ts'
import { idKey, idLabel } from './test-identity.ts'
import type { TestId } from './test-run.ts'

const MOST_BYTES = 64 * 1024 * 1024
const MOST_TESTS = 1_000_000

export type ParsedInventory =
  | { readonly kind: 'inventory'; readonly inventory: Inventory }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }

/**
 * The file of an inventory: JSON, one test a line, sorted. The same inventory always gives the same
 * bytes.
 */
export function printInventory({ suite, tests }: Inventory): string {
  const lines = tests.map(
    ({ file, className, name }) =>
      `    { "file": ${JSON.stringify(file)}, "class": ${JSON.stringify(className)}, "name": ${JSON.stringify(name)} }`,
  )
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "version": 1,\n  "suite": ${JSON.stringify(suite)},\n  "tests": ${list}\n}\n`
}

/**
 * Reads the file of an inventory. White space and order are free, all else is strict: known keys only
 * and each once, no repeated id, no id that could be mistaken for another.
 *
 * @param path what findings call the file
 */
export function parseInventory(bytes: Uint8Array, path: string): ParsedInventory {
  const invalid = (message: string): ParsedInventory => ({
    kind: 'invalid',
    findings: [remark('gate/invalid-inventory', path, message)],
  })
  if (bytes.byteLength > MOST_BYTES) return invalid(`it is larger than ${MOST_BYTES} bytes`)
  const json = parseStrictly(bytes)
  if ('problem' in json) return invalid(json.problem)
  const { value } = json
  if (!hasExactly(value, ['version', 'suite', 'tests']))
    return invalid('it is not an object of version, suite and tests')
  const { version, suite, tests } = value
  if (version !== 1) return invalid('its version is not 1')
  if (typeof suite !== 'string' || suite === '') return invalid('its suite has no name')
  if (!Array.isArray(tests)) return invalid('its tests are not a list')
  if (tests.length > MOST_TESTS) return invalid(`it lists more than ${MOST_TESTS} tests`)
  return judgeTests(suite, tests, invalid)
}

function judgeTests(
  suite: string,
  tests: readonly unknown[],
  invalid: (message: string) => ParsedInventory,
): ParsedInventory {
  const seen = new Map<string, TestId>()
  const findings: Finding[] = []
  for (const [index, test] of tests.entries()) {
    const id = toId(test)
    if (id === undefined)
      return invalid(`test ${index + 1} is not an object of file, class and name, all text`)
    if (seen.has(idKey(id))) return invalid(`it lists ${idLabel(id)} twice`)
    seen.set(idKey(id), id)
    if (findings.length < 100) findings.push(...judgeId(id))
  }
  if (findings.length > 0) return { kind: 'invalid', findings }
  return { kind: 'inventory', inventory: makeInventory(suite, seen.values()) }
}

function toId(test: unknown): TestId | undefined {
  if (!hasExactly(test, ['file', 'class', 'name'])) return undefined
  const { file, class: className, name } = test
  if (typeof file !== 'string' || typeof className !== 'string' || typeof name !== 'string')
    return undefined
  return { file, className, name }
}

/**
 * JSON whose meaning no two parsers could see differently: what is read, written again, must be what
 * was there but for white space. A key that stands twice, of which JSON.parse keeps the last without
 * a word, and needless escapes fail that.
 */
function parseStrictly(bytes: Uint8Array): { value: unknown } | { problem: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    const dense = text.replaceAll(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, '$1')
    if (dense === JSON.stringify(value)) return { value }
    return { problem: 'a key stands in it twice, or text is escaped that need not be' }
  } catch (error) {
    return { problem: `it is not JSON in UTF-8: ${error instanceof Error ? error.message : ''}` }
  }
}

function hasExactly<Key extends string>(
  value: unknown,
  keys: readonly Key[],
): value is Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return names.length === keys.length && keys.every((key) => names.includes(key))
}
