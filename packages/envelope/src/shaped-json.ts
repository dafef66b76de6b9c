import { JsonRefusal } from './json-scanner.ts'
import { type Shape, type ShapeReading, readShape } from './shape.ts'
import { type JsonLimits, parseStrictJson } from './strict-json.ts'

/** Reads bytes from outside as strict JSON of a shape: the value, or what is wrong with it. */
export function readJson<T>(
  shape: Shape<T>,
  bytes: Uint8Array,
  limits: JsonLimits,
): ShapeReading<T> {
  try {
    return readShape(shape, parseStrictJson(bytes, limits))
  } catch (error) {
    if (error instanceof JsonRefusal) return { kind: 'refused', reason: error.message }
    throw error
  }
}
