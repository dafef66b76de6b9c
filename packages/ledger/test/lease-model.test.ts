import { describe, expect, it } from 'vitest'
import { differingTwin, explore } from './state-explorer.ts'

const print = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n  ')}\n`)

// Every reachable state of holders that run the very functions of the ledger: what is on record is
// folded and judged by EnvironmentFold and its rules, and who asks decides by decideLease.
describe.each([2, 3])('the lease, in every reachable state of %i holders', (holders) => {
  it('is one a region, with growing tokens, and no older holder acts after a newer one', () => {
    const { states, moves, broken, stranded } = explore(holders, { fenced: true, compares: true })
    print([`${holders} holders: ${states} states, ${moves} moves`])
    expect(broken).toBeUndefined()
    expect(stranded).toBe(0)
  }, 60_000)

  it('lets an older holder act after a newer one where the target does not compare tokens', () => {
    const { broken } = explore(holders, { fenced: false, compares: true })
    print([`${holders} holders, unfenced:`, ...(broken?.trace ?? []), `=> ${broken?.law}`])
    expect(broken?.law).toMatch(/^token \d+ acts after token \d+$/)
    expect(broken?.trace).toHaveLength(12)
  })

  it('is held twice where an append does not compare what it read', () => {
    const { broken } = explore(holders, { fenced: true, compares: false })
    print([`${holders} holders, nothing compared:`, ...(broken?.trace ?? []), `=> ${broken?.law}`])
    expect(broken?.law).toBe('2 live leases of a region')
  })
})

it('states that the explorer takes for one lead to the same states', () => {
  expect(differingTwin(2, { fenced: true, compares: true })).toBeUndefined()
})
