import { printableJson } from '@bulkhead/vocabulary'

/**
 * Prints one JSON object whose first array may be longer than memory: item by item, one a line, and
 * the other fields when they are known at last.
 */
export class JsonList {
  readonly #out: (text: string) => void
  readonly #head: string
  #items = 0

  constructor(command: string, list: string, out: (text: string) => void) {
    this.#head = `{\n  "command": ${JSON.stringify(command)},\n  ${JSON.stringify(list)}: [\n`
    this.#out = out
  }

  add(items: readonly unknown[]): void {
    for (const item of items) {
      this.#out(`${this.#items === 0 ? this.#head : ',\n'}    ${printableJson(item)}`)
      this.#items += 1
    }
  }

  /** @param fields all but the command and the list */
  close(fields: Readonly<Record<string, unknown>>): void {
    const others = printableJson(fields, 2).replace(/^\{/, '')
    this.#out(`${this.#items === 0 ? this.#head : '\n'}  ],${others}\n`)
  }
}
