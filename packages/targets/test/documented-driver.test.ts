import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { expect, it } from 'vitest'
import { driverAnswers, driverProgress, driverRequest } from '../src/exec/protocol.ts'
import { driverJsonSchema } from '../src/index.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const examples = [
  ...read('../../../docs/targets.md').matchAll(/^```json driver-(\w+)\n(.*?)^```$/gms),
].map(([, kind = '', text = '']) => ({ kind, text }))
const schemas: Readonly<Record<string, v.GenericSchema>> = {
  request: driverRequest,
  progress: driverProgress,
  outcome: driverAnswers.apply,
}

it.each(examples)('the documented $kind $text is what drivers read and write', ({ kind, text }) => {
  const schema = schemas[kind]
  if (schema === undefined) throw new Error(`no schema of ${kind}`)
  const parsed = v.safeParse(schema, JSON.parse(text))
  expect(parsed.issues).toBeUndefined()
})

it('every kind of outcome is documented', () => {
  const kinds = examples
    .filter(({ kind }) => kind === 'outcome')
    .map(({ text }) => /"kind": "([a-z-]+)"/.exec(text)?.[1])
  expect(kinds).toEqual(['applied', 'stale-token', 'refused', 'failed'])
})

it('the published JSON Schema is ours', () => {
  expect(JSON.parse(read('../exec-driver.schema.json'))).toEqual(
    JSON.parse(JSON.stringify(driverJsonSchema())),
  )
})
