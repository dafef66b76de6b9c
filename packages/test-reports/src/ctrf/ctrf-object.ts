import type { Reading } from '../byte-reader.ts'
import { membersOf } from '../report-json.ts'

interface Types {
  string: string
  number: number
  boolean: boolean
}

/** One object of a CTRF report. What has the wrong type ends the reading. */
export class CtrfObject {
  readonly where: string
  readonly #members: ReadonlyMap<string, unknown>
  readonly #remarks: Reading['remarks']

  /** @throws Refusal when the value is no object */
  constructor(
    value: unknown,
    keys: ReadonlySet<string> | undefined,
    where: string,
    remarks: Reading['remarks'],
  ) {
    const members = membersOf(value)
    if (members === undefined)
      throw remarks.refusal('test/unparseable', where, 'there is no object where one must be')
    this.where = where
    this.#members = members
    this.#remarks = remarks
    for (const key of members.keys())
      if (keys && !keys.has(key))
        remarks.add('test/unknown-attribute', where, `it has the key ${key.slice(0, 80)}`)
  }

  object(key: string, keys: ReadonlySet<string> | undefined): CtrfObject {
    const where = this.where === '' ? key : `${this.where}.${key}`
    return new CtrfObject(this.#members.get(key), keys, where, this.#remarks)
  }

  has(key: string): boolean {
    return this.#members.has(key)
  }

  /** Undefined when there is no such key. */
  value<Type extends keyof Types>(key: string, type: Type): Types[Type] | undefined {
    const value = this.#members.get(key)
    if (value === undefined) return undefined
    if (isOf(value, type)) return value
    throw this.#remarks.refusal('test/unparseable', this.where, `${key} is not a ${type}`)
  }

  /** Empty when there is no such key. */
  list(key: string): readonly unknown[] {
    const value = this.#members.get(key)
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    throw this.#remarks.refusal('test/unparseable', this.where, `${key} is not a list`)
  }

  /** A text, or a list of texts. */
  texts(key: string): string[] {
    const value = this.#members.get(key)
    const list = typeof value === 'string' ? [value] : this.list(key)
    const texts = list.filter((one) => typeof one === 'string')
    if (texts.length === list.length) return texts
    throw this.#remarks.refusal('test/unparseable', this.where, `${key} holds more than texts`)
  }
}

function isOf<Type extends keyof Types>(value: unknown, type: Type): value is Types[Type] {
  return typeof value === type
}
