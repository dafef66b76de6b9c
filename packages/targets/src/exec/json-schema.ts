import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { driverAnswers, driverProgress, driverRequest } from './protocol.ts'

/**
 * The JSON Schema (draft 7) of everything that a driver reads and writes, from the schemas that we
 * read it with.
 */
export function driverJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://bulkhead.dev/exec-driver/v1.schema.json',
    title: 'Driver of a target of kind exec, protocol 1',
    definitions: {
      request: schemaOf(driverRequest),
      progress: schemaOf(driverProgress),
      topology: schemaOf(driverAnswers.topology),
      observation: schemaOf(driverAnswers.observe),
      outcome: schemaOf(driverAnswers.apply),
    },
  }
}

function schemaOf(schema: v.GenericSchema): Record<string, unknown> {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-07',
    typeMode: 'input',
    errorMode: 'ignore',
    ignoreActions: ['check', 'transform'],
  })
  return rest
}
