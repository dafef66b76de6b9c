import type { ReadLimits } from '../read-limits.ts'
import type { JsonEvents, JsonKind } from './json-prover.ts'
import { JsonFault } from './json-fault.ts'
import type { JsonVisitor } from './json-visitor.ts'
import { parseProven } from './proven-json.ts'

/** Most bytes of one value that is built: a test with all that it printed, the rules of a scanner. */
const MOST_KEPT = 16 * 1024 * 1024

/** Leads visitors through a JSON text, and builds the values that they ask for. */
export class JsonWalk implements JsonEvents {
  readonly #hush: () => void
  readonly #most: number
  /** What is open, from the outermost in; the first stands for the document, as for a list of one. */
  readonly #visitors: JsonVisitor[]
  /** For each of them the key that is read or was read last. */
  readonly #keys: string[] = ['']
  #doing: 'keep' | 'pass-over' | undefined
  #bytes: Buffer = Buffer.alloc(0)
  /** Where the kept value begins in these bytes, and what of it came before them. */
  #from = 0
  #earlier: Buffer[] = []
  #size = 0

  /** @param hush has the prover tell nothing of what is within the value that begins */
  constructor(document: JsonVisitor, limits: ReadLimits, hush: () => void) {
    this.#visitors = [document]
    this.#most = Math.min(MOST_KEPT, limits.textLength)
    this.#hush = hush
  }

  /** Called before the prover gets these bytes. */
  open(bytes: Buffer): void {
    this.#bytes = bytes
    this.#from = 0
  }

  /** Called after that. A copy of what is needed: whoever pushes the bytes may use their memory again. */
  close(): void {
    if (this.#doing === 'keep') this.#earlier.push(Buffer.from(this.#piece(this.#bytes.length)))
  }

  key(text: string): void {
    this.#keys[this.#visitors.length - 1] = text
  }

  begin(kind: JsonKind, at: number): void {
    const choice = this.#visitor.begin(this.#key, kind)
    if (typeof choice === 'object') {
      this.#visitors.push(choice)
      this.#keys[this.#visitors.length - 1] = ''
      return
    }
    this.#doing = choice
    this.#from = at
    this.#size = 0
    if (kind === 'object' || kind === 'array') this.#hush()
  }

  end(end: number): void {
    const doing = this.#doing
    this.#doing = undefined
    if (doing === undefined) this.#visitors.pop()?.end()
    else if (doing === 'keep') this.#visitor.take(this.#key, parseProven(this.#whole(end)))
  }

  get #visitor(): JsonVisitor {
    const visitor = this.#visitors.at(-1)
    if (visitor === undefined) throw new Error('the document has ended')
    return visitor
  }

  get #key(): string {
    return this.#keys[this.#visitors.length - 1] ?? ''
  }

  #whole(end: number): Buffer {
    const last = this.#piece(end)
    if (this.#earlier.length === 0) return last
    const whole = Buffer.concat([...this.#earlier, last])
    this.#earlier = []
    return whole
  }

  #piece(end: number): Buffer {
    this.#size += end - this.#from
    if (this.#size <= this.#most) return this.#bytes.subarray(this.#from, end)
    throw new JsonFault('length', `one part of it has more than ${this.#most} bytes`)
  }
}
