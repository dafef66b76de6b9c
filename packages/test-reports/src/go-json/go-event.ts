import type { Remarks } from '../remarks.ts'

/** One line of `go test -json` (`go doc test2json`, `go help buildjson`). Absent texts are ''. */
export interface GoEvent {
  readonly action: string
  readonly pkg: string
  /** Undefined for an event of the package itself. */
  readonly test: string | undefined
  readonly output: string
  readonly failedBuild: string
  readonly importPath: string
}

/** All fields there are, with the type of each. */
const FIELDS: ReadonlyMap<string, 'string' | 'number'> = new Map([
  ['Time', 'string'],
  ['Action', 'string'],
  ['Package', 'string'],
  ['Test', 'string'],
  ['Elapsed', 'number'],
  ['Output', 'string'],
  ['FailedBuild', 'string'],
  ['ImportPath', 'string'],
  ['Key', 'string'],
  ['Value', 'string'],
  ['Path', 'string'],
])

/** @throws Refusal when the value is no event at all */
export function readGoEvent(value: unknown, remarks: Remarks, where: string): GoEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw remarks.refusal('test/unparseable', where, 'the line is not a JSON object')
  const members: readonly (readonly [string, unknown])[] = Object.entries(value)
  const texts: Record<string, string> = {}
  for (const [name, field] of members) {
    judgeField(name, field, remarks, where)
    if (typeof field === 'string') texts[name] = field
  }
  return {
    action: texts['Action'] ?? '',
    pkg: texts['Package'] ?? '',
    test: texts['Test'],
    output: texts['Output'] ?? '',
    failedBuild: texts['FailedBuild'] ?? '',
    importPath: texts['ImportPath'] ?? '',
  }
}

function judgeField(name: string, field: unknown, remarks: Remarks, where: string): void {
  const type = FIELDS.get(name)
  if (type === undefined)
    remarks.add('test/unknown-attribute', where, `an event has a field ${name.slice(0, 80)}`)
  else if (typeof field !== type)
    throw remarks.refusal('test/unparseable', where, `the field ${name} is not a ${type}`)
}
