import type { Brand } from './brand.ts'

/** A span of time in milliseconds. */
export type Milliseconds = Brand<number, 'Milliseconds'>

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^([0-9]{1,9})(ms|s|m|h|d)$/

/** Parses `250ms`, `90s`, `5m`, `2h`, `1d`; undefined for anything else (no signs, no fractions). */
export function parseDuration(text: string): Milliseconds | undefined {
  const match = DURATION.exec(text)
  if (!match) return undefined
  return (Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]) as Milliseconds
}

/** The shortest exact form that {@link parseDuration} reads back: 90000 → `90s`, 300000 → `5m`. */
export function formatDuration(span: Milliseconds): string {
  const units = ['d', 'h', 'm', 's', 'ms'] as const
  const unit = units.find((u) => span !== 0 && span % UNITS[u] === 0) ?? 'ms'
  return `${span / UNITS[unit]}${unit}`
}
