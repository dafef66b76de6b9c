import * as v from 'valibot'
import { fleetFailed } from '../refusals.ts'
import { readIfPresent } from './durable-file.ts'

/**
 * Reads one of our own JSON files; undefined when there is none. A file that is there and does not
 * parse stops the fleet: guessing at tokens or releases would not be fail closed.
 * @throws WorldError
 */
export async function readRecord<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | undefined> {
  const text = await readIfPresent(path)
  if (text === undefined) return undefined
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (parsed.success) return parsed.output
  throw fleetFailed(
    path,
    'the fleet cannot read its own record',
    'Stop the fleet (`bulkhead fleet down`), look at the file, delete it if it is damaged, and ship again.',
  )
}
