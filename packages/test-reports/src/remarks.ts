import { type Finding, type ReasonCode, reasons } from '@bulkhead/vocabulary'

/** Most findings kept of one report: enough to act on, too few to fill memory with. */
const MOST = 100

/** Thrown by a reader to stop at once; never leaves this package. */
export class Refusal extends Error {
  readonly finding: Finding
  constructor(finding: Finding) {
    super(finding.message)
    this.finding = finding
  }
}

/** Makes a finding whose remedy is the one of its code. */
export function remark(code: ReasonCode, subject: string, message: string): Finding {
  return { code, subject, message, remedy: reasons[code].remedy }
}

/** The findings about one report, limited in number. */
export class Remarks {
  readonly #path: string
  readonly #kept: Finding[] = []
  #dropped = 0

  constructor(path: string) {
    this.#path = path
  }

  /** @param where a place within the report: a line, a suite, a test; '' for the report as a whole. */
  add(code: ReasonCode, where: string, message: string): void {
    if (this.#kept.length < MOST) this.#kept.push(this.refusal(code, where, message).finding)
    else this.#dropped += 1
  }

  /** The same as a {@link Refusal}, to be thrown. */
  refusal(code: ReasonCode, where: string, message: string): Refusal {
    return new Refusal(remark(code, where === '' ? this.#path : `${this.#path}: ${where}`, message))
  }

  addRefusal(refusal: Refusal): void {
    this.#kept.push(refusal.finding)
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0
  }

  findings(): Finding[] {
    if (this.#dropped === 0) return [...this.#kept]
    const more = `${this.#dropped} further findings about this report are not listed.`
    return [...this.#kept, remark('test/limits', this.#path, more)]
  }
}
