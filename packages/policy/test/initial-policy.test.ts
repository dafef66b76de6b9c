import { describe, expect, it } from 'vitest'
import { initialPolicyText, parsePolicy } from '../src/index.ts'
import { initialPolicies } from './initial-policies.ts'
import { printPolicy } from './policy-printer.ts'

describe('the policy that init writes', () => {
  it.each(initialPolicies)('parses without findings and says what it was given', (initial) => {
    const parsed = parsePolicy(initialPolicyText(initial))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
    const { suites, build, environments, keys, signers } = parsed.policy
    expect(Object.keys(suites).sort()).toEqual(initial.suites.map(({ name }) => name).sort())
    for (const { name, command, reports } of initial.suites) {
      expect(suites[name]).toMatchObject({ mandatory: true, command, reports })
    }
    expect(build).toEqual({ command: initial.build.command, artifacts: initial.build.artifacts })
    expect(environments[initial.environment]?.target).toMatchObject({
      kind: 'local',
      command: initial.start,
    })
    expect(keys.voucher).toEqual([
      expect.objectContaining({ separation: initial.voucherSeparation }),
    ])
    expect(signers).toBe(initial.signers ?? '.bulkhead/allowed_signers')
  })

  it.each(initialPolicies)('round trips', (initial) => {
    const parsed = parsePolicy(initialPolicyText(initial))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
    const again = parsePolicy(printPolicy(parsed.policy))
    expect(again.ok ? again.policy : again.findings).toEqual(parsed.policy)
  })

  it.each(initialPolicies)('tells an editor where the schema is, in its first line', (initial) => {
    const [first] = initialPolicyText(initial).split('\n')
    expect(first).toBe(
      `# yaml-language-server: $schema=${initial.schema ?? './node_modules/bulkhead/dist/bulkhead.schema.json'}`,
    )
  })

  it.each(initialPolicies)('has the same bytes for the same input', (initial) => {
    expect(initialPolicyText(initial)).toBe(initialPolicyText(structuredClone(initial)))
  })
})
