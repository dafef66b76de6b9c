import type { Policy, SuitePolicy } from '@bulkhead/policy'

/**
 * The suites that a commit is judged by: those of the trusted ref, and what its own policy demands beyond
 * them. Where both say how a suite is run, the trusted ref's word holds; the commit's counts from the next
 * release on.
 */
export function suitesInForce(
  trusted: Policy,
  own: Policy | undefined,
): Readonly<Record<string, SuitePolicy>> {
  const names = new Set([...Object.keys(trusted.suites), ...Object.keys(own?.suites ?? {})])
  const suites: Record<string, SuitePolicy> = Object.create(null)
  for (const name of names) {
    const suite = stricterOf(trusted.suites[name], own?.suites[name])
    if (suite !== undefined) suites[name] = suite
  }
  return suites
}

function stricterOf(
  trusted: SuitePolicy | undefined,
  own: SuitePolicy | undefined,
): SuitePolicy | undefined {
  if (trusted === undefined || own === undefined) return trusted ?? own
  return {
    ...trusted,
    mandatory: trusted.mandatory || own.mandatory,
    inventory: trusted.inventory ?? own.inventory,
    // A suite that becomes mandatory must prove now what a mandatory one must prove.
    retries: trusted.mandatory ? trusted.retries : (trusted.retries ?? own.retries),
  }
}

/** What must be bound to the commit: what either policy ships. */
export const artifactsInForce = (trusted: Policy, own: Policy | undefined): readonly string[] => [
  ...new Set([...trusted.build.artifacts, ...(own?.build.artifacts ?? [])]),
]
