/** The most that a report may be. Generous for honest reports, small enough for a build machine. */
export interface ReadLimits {
  /** Bytes of the whole file. */
  readonly bytes: number
  /** Elements within elements. */
  readonly depth: number
  /** Attributes of one element. */
  readonly attributes: number
  /** Characters of one attribute. */
  readonly attributeLength: number
  /** Characters of one text, comment or CDATA section, and of one tag. */
  readonly textLength: number
  readonly cases: number
  /** Milliseconds from the first byte to the last, by the injected clock. */
  readonly time: number
}

export const READ_LIMITS: ReadLimits = {
  bytes: 1024 * 1024 * 1024,
  depth: 64,
  attributes: 64,
  attributeLength: 1024 * 1024,
  textLength: 32 * 1024 * 1024,
  cases: 5_000_000,
  time: 300_000,
}
