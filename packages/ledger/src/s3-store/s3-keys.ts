/** Where an append lies: the index of its first entry, and which attempt at that index it is. */
export interface RecordPlace {
  readonly first: number
  readonly attempt: number
}

const DIGITS = 9
const KEY = /^entries\/([0-9]{9})(?:\.([0-9]{3}))?$/

/** `entries/000000012`; where that is no append of ours, `entries/000000012.001`. Sorted as they count. */
export const keyOf = ({ first, attempt }: RecordPlace): string => {
  const suffix = attempt === 0 ? '' : `.${String(attempt).padStart(3, '0')}`
  return `entries/${String(first).padStart(DIGITS, '0')}${suffix}`
}

export function placeOf(key: string): RecordPlace | undefined {
  const [, first, attempt] = KEY.exec(key) ?? []
  return first === undefined ? undefined : { first: Number(first), attempt: Number(attempt ?? 0) }
}
