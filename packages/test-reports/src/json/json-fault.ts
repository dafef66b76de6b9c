/** What is wrong with a JSON text. */
export class JsonFault extends Error {
  readonly kind: 'syntax' | 'encoding' | 'depth' | 'length' | 'members'
  constructor(kind: JsonFault['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/** Throws a fault that names its place, given as an index into the bytes at hand. */
export type RefuseAt = (why: string, at: number, kind?: JsonFault['kind']) => never
