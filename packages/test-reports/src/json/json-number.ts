const NUMBER = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/

/**
 * Why a text is no number that all readers understand alike: RFC 8259 (6), finite, and exact where it
 * is an integer (RFC 7493, 2.2).
 */
export function numberFault(text: string): string | undefined {
  const parts = NUMBER.exec(text)
  if (parts === null) return 'a malformed number'
  const value = Number(text)
  const isWhole = parts[1] === undefined && parts[2] === undefined
  const isExact = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isExact ? undefined : 'a number that readers would round differently'
}
