/** What `docs/reasons.md` says of one code: why it is given, and what mends it in general. */
export interface Reason {
  readonly cause: string
  readonly remedy: string
}

/** Fixes the keys as literals, so that a misspelt code does not compile. */
export const reasonsOf = <const Codes extends Record<`${string}/${string}`, Reason>>(
  codes: Codes,
): Codes => codes
