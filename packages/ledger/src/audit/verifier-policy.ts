import {
  type Shape,
  type TrustedKey,
  count,
  digestText,
  listOf,
  objectOf,
  objectWith,
  oneOf,
  readJson,
  recordOf,
  text,
} from '@bulkhead/envelope'
import { type Digest, InputError, printableJson } from '@bulkhead/vocabulary'
import { parseLogKey } from '../key-entries.ts'
import type { KeyRules } from '../log-keys.ts'
import { type NoteKey, noteKey, readVerifierKey, writeVerifierKey } from '../tlog/note-key.ts'
import { objectionToPolicy } from './policy-sense.ts'

/**
 * Whom and what a verifier believes, in a file of its own. Nothing of it is ever read from the log,
 * for a log that names its own keys can be replaced together with them (annex ledger.md §6).
 */
export interface VerifierPolicy extends KeyRules {
  readonly origin: string
  readonly environment: string
  readonly logKeys: readonly TrustedKey[]
  readonly genesis?: Digest
  /**
   * By name of a key: the first index from which a revocation in the log takes back what it signed. Whoever
   * has the log reads that there; a single entry or checkpoint from there on is not believed.
   */
  readonly voidFrom?: Readonly<Record<string, number>>
  /** Cosignature keys; at least `quorum` of them must have cosigned what is believed. */
  readonly witnesses: readonly NoteKey[]
  readonly quorum: number
  /** Names of log keys by kind of entry; a kind that is not named may be signed by each of them. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Longest silence, in milliseconds. */
  readonly heartbeatMs?: number
  /** Largest age of the cosignatures that make the quorum, in milliseconds. */
  readonly maxWitnessAgeMs?: number
  /** How many of the newest entries may wait for the quorum; any number when it is not said. */
  readonly mostUnwitnessed?: number
  /** How far an entry or a cosignature may be dated ahead of the verifier's clock. */
  readonly clockSkewMs: number
}

const LIMITS = { maxBytes: 256 * 1024, maxDepth: 6 }
const DEFAULT_SKEW_MS = 120_000

const keyShape = objectOf({ name: text, vkey: text })
const policyShape = objectWith(
  {
    version: oneVersion(),
    origin: text,
    environment: text,
    logKeys: listOf(
      objectWith({ name: text, vkey: text }, { principal: text, until: count, voidFrom: count }),
      32,
    ),
  },
  {
    genesis: digestText,
    witnesses: listOf(keyShape, 32),
    quorum: count,
    roles: recordOf(listOf(text, 32), 64),
    heartbeatMs: count,
    maxWitnessAgeMs: count,
    mostUnwitnessed: count,
    clockSkewMs: count,
    keyThreshold: count,
  },
)

function oneVersion(): Shape<'1'> {
  const version = oneOf('1')
  return (value, at) => version(value === 1 ? '1' : value, at)
}

/**
 * Reads a verifier's policy: strict JSON, version 1.
 * @param file names it in messages
 * @throws InputError `usage/wrong-key`, `usage/invalid-option`
 */
export function parseVerifierPolicy(bytes: Uint8Array, file: string): VerifierPolicy {
  const read = readJson(policyShape, bytes, LIMITS)
  if (read.kind === 'refused') throw invalid(file, read.reason)
  const { version: _version, logKeys, witnesses = [], quorum, roles = {}, ...rest } = read.value
  // Whoever names witnesses and forgets the number would believe a log that none of them has seen.
  if (quorum === undefined && witnesses.length > 0)
    throw invalid(file, 'it names witnesses, and no quorum of them')
  const policy = {
    clockSkewMs: DEFAULT_SKEW_MS,
    ...rest,
    logKeys: logKeys.map(({ name, vkey }) => logKey(vkey, name, file)),
    principals: tableOf(logKeys, ({ principal }) => principal),
    until: tableOf(logKeys, ({ until }) => until),
    voidFrom: tableOf(logKeys, ({ voidFrom }) => voidFrom),
    witnesses: witnesses.map(({ vkey }) => verifierKey(vkey, WITNESS_TYPES, file)),
    quorum: quorum ?? 0,
    roles,
  }
  const objection = objectionToPolicy(policy)
  if (objection !== undefined) throw invalid(file, objection)
  return policy
}

function tableOf<Key extends { readonly name: string }, T>(
  keys: readonly Key[],
  of: (key: Key) => T | undefined,
): Readonly<Record<string, T>> {
  const known = keys.map((key) => [key.name, of(key)] as const)
  return Object.fromEntries(
    known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

const LOG_TYPES = ['note', 'ecdsa-note'] as const
const WITNESS_TYPES = ['cosignature'] as const

function verifierKey(line: string, types: readonly NoteKey['type'][], file: string): NoteKey {
  const key = readVerifierKey(line)
  if (key !== undefined && types.includes(key.type)) return key
  throw new InputError({
    code: 'usage/wrong-key',
    subject: file,
    message: `${JSON.stringify(line)} is no verifier key for a ${types === WITNESS_TYPES ? 'cosignature' : 'note'}`,
    remedy: 'write it as `bulkhead ledger policy` prints it: NAME+ID+BASE64 (c2sp.org/signed-note)',
  })
}

function logKey(line: string, name: string, file: string): TrustedKey {
  const { publicKey } = verifierKey(line, LOG_TYPES, file)
  return parseLogKey(publicKey.export({ format: 'pem', type: 'spki' }), name)
}

const invalid = (file: string, message: string): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: file,
    message,
    remedy: 'write it as `bulkhead ledger policy` prints it (docs/ledger.md)',
  })

type PolicyBasis = Pick<VerifierPolicy, 'origin' | 'environment' | 'logKeys' | 'until' | 'voidFrom'>

/** The policy of a verifier who asks for no witnesses, roles or heartbeats. */
export const plainPolicy = ({ origin, environment, logKeys }: PolicyBasis): VerifierPolicy => ({
  origin,
  environment,
  logKeys,
  witnesses: [],
  quorum: 0,
  roles: {},
  clockSkewMs: DEFAULT_SKEW_MS,
})

/** A policy file to begin with, for somebody who trusts these keys; the rest is theirs to fill in. */
export const writeVerifierPolicy = ({
  origin,
  environment,
  logKeys,
  until = {},
  voidFrom = {},
}: PolicyBasis): string =>
  `${printableJson(
    {
      version: 1,
      origin,
      environment,
      logKeys: logKeys.map(({ name, publicKey }) => ({
        name,
        vkey: writeVerifierKey(noteKey(origin, publicKey)),
        ...(Object.hasOwn(until, name) && { until: until[name] }),
        ...(Object.hasOwn(voidFrom, name) && { voidFrom: voidFrom[name] }),
      })),
      witnesses: [],
      quorum: 0,
      roles: {},
    },
    2,
  )}\n`
