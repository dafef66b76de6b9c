/** Two 32-bit lanes of a hash of one text, over its UTF-8 bytes. */
export interface TextHash {
  a: number
  b: number
}

const SEED_A = 0x811c9dc5
const SEED_B = 0x9e3779b9
const PRIME_A = 0x01000193
const PRIME_B = 0x9e3779b1

/** Every hash starts here. */
export function startHash(hash: TextHash): void {
  hash.a = SEED_A
  hash.b = SEED_B
}

/**
 * Goes on hashing with bytes up to `end`, or up to the first one that `stops` marks. Not secret and
 * not collision-proof: equal texts always meet, which is what finding duplicates needs, and a forged
 * meeting of different texts only blocks.
 *
 * @returns where it stopped
 */
export function hashBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  hash: TextHash,
  stops: Uint8Array = STOPS_NOWHERE,
): number {
  let { a, b } = hash
  let index = start
  for (; index < end; index += 1) {
    const byte = bytes[index] ?? 0
    if (stops[byte] !== 0) break
    a = Math.imul(a ^ byte, PRIME_A)
    b = Math.imul(b + byte, PRIME_B)
  }
  hash.a = a
  hash.b = b
  return index
}

/** Goes on hashing with one byte. */
export function hashByte(byte: number, hash: TextHash): void {
  hash.a = Math.imul(hash.a ^ byte, PRIME_A)
  hash.b = Math.imul(hash.b + byte, PRIME_B)
}

const STOPS_NOWHERE = new Uint8Array(256)
const SCRATCH = Buffer.alloc(16 * 1024)

/** Hashes text as {@link hashBytes} hashes its UTF-8 bytes. */
export function hashText(text: string, hash: TextHash): void {
  startHash(hash)
  if (text.length * 3 <= SCRATCH.length) hashBytes(SCRATCH, 0, SCRATCH.write(text), hash)
  else {
    const bytes = Buffer.from(text)
    hashBytes(bytes, 0, bytes.length, hash)
  }
}

/** Spreads bits so that every bit of the input moves every bit of the result. */
export function spread(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return mixed ^ (mixed >>> 16)
}

/** One id out of its parts; never both zero, which marks an empty slot. */
function meet(file: TextHash, className: TextHash, name: TextHash): TextHash {
  const a = spread(spread(spread(file.a) ^ className.a) + name.a)
  const b = spread(spread(spread(file.b) + className.b) ^ name.b)
  return { a: a === 0 && b === 0 ? 1 : a, b }
}

/**
 * Which test ids were seen, at 16 bytes an id instead of the id itself: a million ids fit in 32 MiB.
 */
export class IdentitySet {
  #slots = new Int32Array(2 * 1024)
  #size = 0

  /** @returns false when an equal id was added before */
  add(file: TextHash, className: TextHash, name: TextHash): boolean {
    const { a, b } = meet(file, className, name)
    if (!this.#insert(a, b)) return false
    this.#size += 1
    if (this.#size * 4 > this.#slots.length) this.#grow()
    return true
  }

  has(file: TextHash, className: TextHash, name: TextHash): boolean {
    const { a, b } = meet(file, className, name)
    return this.#slotOf(a, b) === -1
  }

  #insert(a: number, b: number): boolean {
    const slot = this.#slotOf(a, b)
    if (slot === -1) return false
    this.#slots[slot * 2] = a
    this.#slots[slot * 2 + 1] = b
    return true
  }

  /** @returns the empty slot in which an id belongs, or -1 when it is there already */
  #slotOf(a: number, b: number): number {
    const slots = this.#slots
    const mask = slots.length / 2 - 1
    let slot = (a ^ b) & mask
    for (;;) {
      const first = slots[slot * 2]
      const second = slots[slot * 2 + 1]
      if (first === 0 && second === 0) return slot
      if (first === a && second === b) return -1
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    for (let index = 0; index < old.length; index += 2) {
      const a = old[index] ?? 0
      const b = old[index + 1] ?? 0
      if (a !== 0 || b !== 0) this.#insert(a, b)
    }
  }
}
