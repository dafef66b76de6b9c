/** Writes DER, and by `node` whatever a test wants to be wrong. */
export function node(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

/** The same element with an indefinite length, as gpgsm writes. */
export const indefinite = (tag: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])])

export const sequence = (...parts: readonly Buffer[]) => node(0x30, ...parts)
export const set = (...parts: readonly Buffer[]) => node(0x31, ...parts)
/** `[number]`, constructed. */
export const tagged = (number: number, ...parts: readonly Buffer[]) => node(0xa0 | number, ...parts)
/** `[number]`, primitive. */
export const bare = (number: number, body: Buffer | string) =>
  node(0x80 | number, Buffer.from(body))
export const octets = (body: Buffer) => node(0x04, body)
export const bits = (body: Buffer) => node(0x03, Buffer.from([0]), body)
export const utf8 = (text: string) => node(0x0c, Buffer.from(text))
export const nothing = node(0x05)
export const yes = node(0x01, Buffer.from([0xff]))

export function integer(value: number | bigint | Buffer): Buffer {
  const hex = Buffer.isBuffer(value) ? value.toString('hex') : value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return node(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.alloc(1) : Buffer.alloc(0), bytes)
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest]
  return node(0x06, Buffer.from(arcs.flatMap(base128)))
}

function base128(arc: number): number[] {
  const digits = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift(0x80 | (left % 128))
  }
  return digits
}

/** Milliseconds since the epoch, as GeneralizedTime. */
export const time = (at: number): Buffer =>
  node(0x18, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')}Z`))

export const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
