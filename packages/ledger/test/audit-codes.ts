import { expect } from 'vitest'
import { type AuditChecks, auditChecks, auditLog } from '../src/audit/audit-log.ts'
import { type Case, NOW, policy } from './attack-corpus.ts'

/** The codes of all findings of an audit, by all checks but those left out. */
export async function codesOf(
  request: Case,
  without: readonly string[] = [],
): Promise<readonly string[]> {
  const whole = { policy: policy(), now: NOW, ...request }
  const checks: AuditChecks = auditChecks(whole)
  const stays = ({ name }: { readonly name: string }) => !without.includes(name)
  for (const name of without) {
    expect([...checks.entry, ...checks.log].map((check) => check.name)).toContain(name)
  }
  const judgements = auditLog(whole, {
    entry: checks.entry.filter(stays),
    log: checks.log.filter(stays),
  })
  const codes: string[] = []
  for (;;) {
    const next = await judgements.next()
    const said = next.done ? [next.value] : next.value
    codes.push(...said.flatMap(({ findings }) => findings.map(({ code }) => code)))
    if (next.done) return [...new Set(codes)]
  }
}
