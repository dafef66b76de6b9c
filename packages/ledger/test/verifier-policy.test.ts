import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { parseVerifierPolicy } from '../src/audit/verifier-policy.ts'
import { noteKey, witnessKey, writeVerifierKey } from '../src/tlog/note-key.ts'
import { type LedgerKey, ORIGIN, ledgerKey } from './log-fixture.ts'

const [log, other, w1, w2] = [
  ledgerKey('log'),
  ledgerKey('other'),
  ledgerKey('w1'),
  ledgerKey('w2'),
]
const logKey = (name: string, { key }: LedgerKey, more: object = {}) => ({
  name,
  vkey: writeVerifierKey(noteKey(ORIGIN, key.publicKey)),
  ...more,
})
const witness = (name: string, { key }: LedgerKey) => ({
  name,
  vkey: writeVerifierKey(witnessKey(`example.net/${name}`, key.publicKey)),
})
const sound = {
  version: 1,
  origin: ORIGIN,
  environment: 'production',
  logKeys: [logKey('log', log)],
  witnesses: [witness('w1', w1), witness('w2', w2)],
  quorum: 2,
  roles: { 'gate.verdict': ['log'] },
  maxWitnessAgeMs: 60_000,
  mostUnwitnessed: 10,
}
const parse = (policy: object) =>
  parseVerifierPolicy(Buffer.from(JSON.stringify(policy)), 'verifier.json')

/** What is wrong, as the error says it; undefined where nothing is. */
function objection(policy: object): string | undefined {
  try {
    parse(policy)
    return undefined
  } catch (error) {
    if (error instanceof InputError) return error.findings.map(({ message }) => message).join()
    throw error
  }
}

describe('a verifier policy', () => {
  it('says whom a verifier believes', () => {
    expect(parse(sound)).toMatchObject({ origin: ORIGIN, quorum: 2, clockSkewMs: 120_000 })
  })

  it.each<readonly [string, object, RegExp]>([
    ['a role for a kind that no entry has', { roles: { 'gate.verdit': ['log'] } }, /gate\.verdit/],
    ['a role of a key that it does not name', { roles: { heartbeat: ['eve'] } }, /eve/],
    [
      'one key of the log under two names',
      { logKeys: [logKey('log', log), logKey('twin', log, { until: 3 })] },
      /share a key/,
    ],
    [
      'two keys of the log under one name',
      { logKeys: [logKey('log', log), logKey('log', other)] },
      /share a name/,
    ],
    [
      'one witness under two names',
      { witnesses: [witness('w1', w1), witness('w2', w1)] },
      /share a key/,
    ],
    [
      'the log as its own witness',
      { witnesses: [witness('w1', w1), witness('w2', log)] },
      /own witness/,
    ],
    ['witnesses, and not how many of them it takes', { quorum: undefined }, /quorum/],
    ['more witnesses needed than there are', { quorum: 3 }, /quorum of 3 of 2/],
    [
      'an age of cosignatures that it does not ask for',
      { quorum: 0, mostUnwitnessed: undefined },
      /maxWitnessAgeMs/,
    ],
    [
      'a wait for witnesses that it does not ask for',
      { quorum: 0, maxWitnessAgeMs: undefined },
      /mostUnwitnessed/,
    ],
    ['an origin that no note can carry', { origin: 'two words' }, /origin/],
    ['an environment that no branch can carry', { environment: '../../heads/main' }, /environment/],
    [
      'a clock that may be off by centuries',
      { clockSkewMs: Number.MAX_SAFE_INTEGER },
      /clockSkewMs/,
    ],
  ])('with %s is refused', (_, more, message) => {
    expect(objection({ ...sound, ...more })).toMatch(message)
  })
})
