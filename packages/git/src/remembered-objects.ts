import type { ObjectReader } from './object-reader.ts'
import type { RawObject } from './repository.ts'

/** As many as the trees on the way to a few files. */
const MOST = 64
/** Larger ones are read again: together they are a few megabytes at most. */
const LARGEST = 64 * 1024

export type ReadObject = ObjectReader['readObject']

/** Reads each object once while it is among the last ones asked for: an id names its bytes for ever. */
export function rememberObjects(read: ReadObject): ReadObject {
  const remembered = new Map<string, Promise<RawObject>>()
  const forget = (id: string) => void remembered.delete(id)
  const readAnew = async (id: string): Promise<RawObject> => {
    try {
      const object = await read(id)
      if (object.bytes.byteLength > LARGEST) forget(id)
      return object
    } catch (error) {
      forget(id)
      throw error
    }
  }
  return (id) => {
    const known = remembered.get(id)
    if (known !== undefined) return known
    const reading = readAnew(id)
    remembered.set(id, reading)
    if (remembered.size > MOST) forget(remembered.keys().next().value ?? '')
    return reading
  }
}
