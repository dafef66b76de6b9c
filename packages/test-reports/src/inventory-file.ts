import { JsonRefusal, parseStrictJson } from '@bulkhead/envelope'
import type { Finding } from '@bulkhead/vocabulary'
import { hasExactly } from './exact-object.ts'
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
 * @param suite the suite that it must be of
 */
export function parseInventory(bytes: Uint8Array, path: string, suite: string): ParsedInventory {
  const invalid = (message: string): ParsedInventory => ({
    kind: 'invalid',
    findings: [remark('gate/invalid-inventory', path, message)],
  })
  const json = parseStrictly(bytes)
  if ('problem' in json) return invalid(json.problem)
  const { value } = json
  if (!hasExactly(value, ['version', 'suite', 'tests']))
    return invalid('it is not an object of version, suite and tests')
  const { version, suite: named, tests } = value
  if (version !== 1) return invalid('its version is not 1')
  if (named !== suite) return invalid(`it is not of the suite ${suite}`)
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

function parseStrictly(bytes: Uint8Array): { value: unknown } | { problem: string } {
  try {
    return { value: parseStrictJson(bytes, { maxBytes: MOST_BYTES, maxDepth: 3 }) }
  } catch (error) {
    if (error instanceof JsonRefusal) return { problem: `it is not plain JSON: ${error.message}` }
    throw error
  }
}
