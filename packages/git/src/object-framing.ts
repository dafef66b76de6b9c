/** One answer of `git cat-file --batch`. `bytes` is undefined for an object above the size limit. */
export type BatchAnswer =
  | {
      readonly kind: 'object'
      readonly id: string
      readonly type: string
      readonly size: number
      readonly bytes: Buffer | undefined
    }
  | { readonly kind: 'missing'; readonly id: string }

/** Longest header line: 64 hex digits, a type, a size; anything longer is not cat-file speaking. */
const MAX_HEADER = 128
const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) ([a-z]{1,10}) (0|[1-9][0-9]{0,14})$/
/** An id, or the name of a ref, as it was asked. */
const MISSING = /^([0-9a-f]{40}|[0-9a-f]{64}|refs\/[\w/-]+) missing$/
const LINE_FEED = 0x0a

interface Body {
  readonly id: string
  readonly type: string
  readonly size: number
  readonly keep: boolean
  readonly chunks: Buffer[]
  received: number
}

/**
 * Splits the output of `git cat-file --batch` into answers (gitformat of git-cat-file(1), "BATCH
 * OUTPUT"): `<id> SP <type> SP <size> LF <contents> LF`, or `<what was asked> SP missing LF`. Sizes are counted,
 * never guessed, so contents may hold anything. Objects above `maxObject` bytes are passed over.
 */
export class BatchFraming {
  readonly #maxObject: number
  #line: Buffer = Buffer.alloc(0)
  #body: Body | undefined

  constructor(maxObject: number) {
    this.#maxObject = maxObject
  }

  /** The answers completed by `chunk`. @throws Error when the stream is not what cat-file writes. */
  feed(chunk: Buffer): readonly BatchAnswer[] {
    const answers: BatchAnswer[] = []
    let rest = chunk
    while (rest.length > 0) {
      const [answer, left] =
        this.#body === undefined ? this.#readHeader(rest) : this.#readBody(this.#body, rest)
      if (answer !== undefined) answers.push(answer)
      rest = left
    }
    return answers
  }

  #readHeader(chunk: Buffer): readonly [BatchAnswer | undefined, Buffer] {
    const end = chunk.indexOf(LINE_FEED)
    const part = end < 0 ? chunk : chunk.subarray(0, end)
    const line = this.#line.length === 0 ? part : Buffer.concat([this.#line, part])
    if (line.length > MAX_HEADER) throw new Error('a header line without end')
    if (end < 0) {
      this.#line = line
      return [undefined, Buffer.alloc(0)]
    }
    this.#line = Buffer.alloc(0)
    return [this.#startAnswer(line.toString('latin1')), chunk.subarray(end + 1)]
  }

  #startAnswer(line: string): BatchAnswer | undefined {
    const missing = MISSING.exec(line)?.[1]
    if (missing !== undefined) return { kind: 'missing', id: missing }
    const [, id, type, digits] = HEADER.exec(line) ?? []
    if (id === undefined || type === undefined || digits === undefined) {
      throw new Error(`an unknown header line ${JSON.stringify(line)}`)
    }
    const size = Number(digits)
    this.#body = { id, type, size, keep: size <= this.#maxObject, chunks: [], received: 0 }
    return undefined
  }

  #readBody(body: Body, chunk: Buffer): readonly [BatchAnswer | undefined, Buffer] {
    const part = chunk.subarray(0, body.size - body.received)
    if (body.keep && part.length > 0) body.chunks.push(part)
    body.received += part.length
    const rest = chunk.subarray(part.length)
    if (body.received < body.size || rest.length === 0) return [undefined, rest]
    if (rest[0] !== LINE_FEED) throw new Error(`no end of object ${body.id}`)
    this.#body = undefined
    return [finished(body), rest.subarray(1)]
  }
}

function finished({ id, type, size, keep, chunks }: Body): BatchAnswer {
  const [only] = chunks
  const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
  return { kind: 'object', id, type, size, bytes: keep ? whole : undefined }
}
