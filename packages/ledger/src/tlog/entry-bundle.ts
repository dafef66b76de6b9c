import { TILE_WIDTH } from './tiles.ts'

const LENGTH_BYTES = 2
const MAX_ENTRY = 0xffff

/**
 * Entries one after another, each after its length in two bytes, highest first (C2SP tlog-tiles, Log
 * entries). @throws TypeError for an entry that no bundle can hold
 */
export function writeBundle(entries: readonly Buffer[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.byteLength > MAX_ENTRY) throw new TypeError('an entry is too long for a bundle')
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt16BE(entry.byteLength)
      return [length, entry]
    }),
  )
}

/**
 * Where the entries of a bundle begin and end, two numbers each; undefined when it is cut or holds more
 * than a tile has room for.
 */
export function placesInBundle(bytes: Buffer): Uint32Array<ArrayBuffer> | undefined {
  const places: number[] = []
  for (let at = 0; at < bytes.byteLength;) {
    if (at + LENGTH_BYTES > bytes.byteLength || places.length === 2 * TILE_WIDTH) return undefined
    const end = at + LENGTH_BYTES + bytes.readUInt16BE(at)
    if (end > bytes.byteLength) return undefined
    places.push(at + LENGTH_BYTES, end)
    at = end
  }
  return Uint32Array.from(places)
}
