/** The parts of an envelope that has one signature. */
export interface Form {
  readonly payloadType: string
  readonly payload: Buffer
  readonly signature: Buffer
  readonly keyid: string | undefined
  /** What is signed: the pre-authentication encoding of type and payload. */
  readonly signed: Buffer
}

export const MOST_ENVELOPE_BYTES = 16 * 1024 * 1024
/** The longest DER of an ECDSA signature on P-256. */
export const MOST_SIGNATURE_BYTES = 72

const HEAD = '{"payload":"'
const MIDDLE = '","payloadType":"'
/** What stands between the payload and the signature. */
const NAMES = /^([!#-[\]-~]{1,128})","signatures":\[\{"keyid":"([!#-[\]-~]{1,128})","sig":"/
const LONGEST_NAMES = 512
const END = '"}]}'
const SHORTEST_SIGNATURE = 8
/** What {@link MOST_SIGNATURE_BYTES} are in base64. */
const LONGEST_SIGNATURE = 96

/**
 * The very form that `sealEnvelope` writes, told without parsing JSON: nearly every envelope has it, and
 * a log may have millions. What differs in any byte is undefined, and left to the strict reader.
 * @param room where it is decoded
 */
export function readCanonicalForm(bytes: Uint8Array, room: Room): Form | undefined {
  if (bytes.byteLength > MOST_ENVELOPE_BYTES) return undefined
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const end = whole.indexOf(MIDDLE)
  if (end < 0 || !whole.startsWith(HEAD) || !whole.endsWith(END)) return undefined
  const from = end + MIDDLE.length
  const names = room.namesAt(whole, from)
  if (names === undefined) return undefined
  const { payloadType, keyid, text } = names
  const sig = whole.slice(from + text.length, -END.length)
  if (sig.length < SHORTEST_SIGNATURE || sig.length > LONGEST_SIGNATURE) return undefined
  const decoded = room.decode(payloadType, whole.slice(HEAD.length, end), sig)
  return decoded === undefined ? undefined : { payloadType, keyid, ...decoded }
}

interface Names {
  readonly text: string
  readonly payloadType: string
  readonly keyid: string
}

/** Longest head of a pre-authentication encoding with a payload type of 128 letters, and a signature. */
const MARGIN = 512
const SIGNATURE_ROOM = 96

/** Memory to decode an envelope in. What lies there is gone when the next one comes. */
export class Room {
  #memory: Buffer = Buffer.alloc(0)
  #names: Names | undefined

  /** Payload type and key id. Neighbours are of one type and by one key: these are read once. */
  namesAt(whole: string, from: number): Names | undefined {
    if (this.#names !== undefined && whole.startsWith(this.#names.text, from)) return this.#names
    // A copy: a part of the envelope would keep all of it alive.
    const near = Buffer.from(whole.slice(from, from + LONGEST_NAMES), 'latin1').toString('latin1')
    const [text, payloadType, keyid] = NAMES.exec(near) ?? []
    if (text === undefined || payloadType === undefined || keyid === undefined) return undefined
    return (this.#names = { text, payloadType, keyid })
  }

  /** Payload and signature from canonical base64, the payload where it has to lie to be verified. */
  decode(
    type: string,
    payload: string,
    sig: string,
  ): Pick<Form, 'payload' | 'signature' | 'signed'> | undefined {
    const size = decodedSize(payload)
    const sigSize = decodedSize(sig)
    if (size === undefined || sigSize === undefined) return undefined
    if (this.#memory.byteLength < size + MARGIN) this.#memory = Buffer.alloc(size + MARGIN)
    const memory = this.#memory
    const start =
      SIGNATURE_ROOM +
      memory.write(`DSSEv1 ${type.length} ${type} ${size} `, SIGNATURE_ROOM, 'latin1')
    const signature = memory.subarray(0, sigSize)
    const decoded = memory.subarray(start, start + size)
    if (!decodeInto(decoded, payload) || !decodeInto(signature, sig)) return undefined
    return { payload: decoded, signature, signed: memory.subarray(SIGNATURE_ROOM, start + size) }
  }
}

/** Bytes that so much base64 stands for, if it is base64 at all. */
function decodedSize(text: string): number | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='))
  return (text.length / 4) * 3 - padding
}

/**
 * @returns whether the text is the one canonical base64 (RFC 4648 §4) of what was decoded. The decoder
 * leaves out what is none, and then writes less than so long a text stands for; besides, it only takes
 * the letters of base64url, and bits in the last group of four that nothing is made of.
 */
function decodeInto(room: Buffer, text: string): boolean {
  if (room.write(text, 'base64') !== room.byteLength) return false
  if (text.includes('-') || text.includes('_')) return false
  const lastGroup = room.toString('base64', room.byteLength - ((room.byteLength - 1) % 3) - 1)
  return text.endsWith(lastGroup)
}
