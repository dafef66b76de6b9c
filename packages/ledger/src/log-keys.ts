import type { TrustedKey } from '@bulkhead/envelope'
import type { EntryOnRecord } from './entry.ts'
import {
  type Acknowledgement,
  type Revocation,
  type Rotation,
  acknowledgementOf,
  parseLogKey,
  revocationOf,
  rotationOf,
} from './key-entries.ts'

/** Who a key speaks for, and how many of them must agree. From the verifier's own policy. */
export interface KeyRules {
  /** By name of a key; a key that is not named is a principal of its own. */
  readonly principals?: Readonly<Record<string, string>>
  /** Distinct principals that must ask for a rotation, or for the revocation of another's key. */
  readonly keyThreshold?: number
  /** By name of a key: the first index at which the caller no longer believes it. */
  readonly until?: Readonly<Record<string, number>>
}

interface KnownKey {
  readonly key: TrustedKey
  readonly principal: string
  /** Its own name, and those of the keys that it came after. */
  readonly lineage: readonly string[]
  /** The first index at which it signs nothing more. */
  until: number
  /** Indexes of the newest entries that it signed, oldest first: those that a later cut-off takes back. */
  signed: number[]
  /** Whether it signed more than `signed` holds. */
  signedMore: boolean
}

/** What a log made of its keys, as it is kept between two verifications. */
export interface KeysMemory {
  readonly known: readonly (Omit<Readonly<KnownKey>, 'key'> & {
    readonly name: string
    /** SPKI PEM. */
    readonly publicKey: string
  })[]
  readonly voices: readonly (readonly [string, readonly string[]])[]
  /** Absent in what was saved before entries could be acknowledged: then there were none. */
  readonly voided?: readonly Voided[]
}

/** At least the newest so many are kept by index, at most twice as many. */
const SIGNED_KEPT = 1_000

/** The keys of a log, as its entries change them: introduced by older ones, and ended. */
export class LogKeys {
  readonly #rules: KeyRules
  /** The keys that the caller names. */
  readonly #own: readonly TrustedKey[]
  #known: readonly KnownKey[]
  #voices: ReadonlyMap<string, readonly string[]> = new Map()
  #voided: readonly Voided[] = []

  constructor(trusted: readonly TrustedKey[], rules: KeyRules) {
    this.#rules = rules
    this.#own = trusted
    this.#known = trusted.map((key) => this.#first(key))
  }

  #first(key: TrustedKey): KnownKey {
    const { principals = {}, until = {} } = this.#rules
    const own = <T>(table: Readonly<Record<string, T>>) =>
      Object.hasOwn(table, key.name) ? table[key.name] : undefined
    return {
      key,
      principal: own(principals) ?? key.name,
      lineage: [key.name],
      until: own(until) ?? Number.MAX_SAFE_INTEGER,
      signed: [],
      signedMore: false,
    }
  }

  /** What revocations took back, in their order. */
  get voided(): readonly Voided[] {
    return this.#voided
  }

  /** Every key that was ever trusted: what an ended one signed before its end stays good. */
  get all(): readonly TrustedKey[] {
    return this.#known.map(({ key }) => key)
  }

  /** Keys that may sign a checkpoint of so many entries. */
  validAt(size: number): readonly TrustedKey[] {
    return this.#known.filter(({ until }) => size <= until).map(({ key }) => key)
  }

  /** The first index at which the key of this name signs nothing more. */
  endOf(name: string): number {
    return this.#named(name)?.until ?? Number.MAX_SAFE_INTEGER
  }

  lineageOf(name: string): readonly string[] {
    return this.#named(name)?.lineage ?? [name]
  }

  #named(name: string): KnownKey | undefined {
    return this.#known.find(({ key }) => key.name === name)
  }

  #withId(id: string): KnownKey | undefined {
    return this.#known.find(({ key }) => key.id === id)
  }

  /** Why this entry may not change the keys, if so. */
  objection({ kind, data, signer }: EntryOnRecord): string | undefined {
    if (kind === 'key.rotated') return this.#objectionToRotation(rotationOf(data), signer)
    if (kind === 'key.acknowledged') return this.#objectionToAcknowledging(acknowledgementOf(data))
    if (kind !== 'key.revoked') return undefined
    const revocation = revocationOf(data)
    return revocation === undefined || this.#withId(revocation.key) !== undefined
      ? undefined
      : 'it ends a key that the log never had'
  }

  #objectionToRotation(rotation: Rotation | undefined, signer: string): string | undefined {
    if (rotation === undefined) return undefined
    const old = this.#withId(rotation.old)
    if (old === undefined) return 'it comes after a key that the log never had'
    if (this.#threshold === 1 && old.key.name !== signer) return 'only the old key may introduce it'
    const next = this.#withId(introduced(rotation).id)
    if (next !== undefined)
      return this.#isTakenUp(old, next) ? undefined : 'it introduces a key that the log had already'
    return this.#named(rotation.name) === undefined
      ? undefined
      : `a key is called ${rotation.name} already`
  }

  /** A caller may know by themselves a key that the log is only about to bring in. */
  #isTakenUp(old: KnownKey, next: KnownKey): boolean {
    const named = this.#own.some(({ id }) => id === next.key.id)
    return named && next !== old && !next.lineage.includes(old.key.name)
  }

  #objectionToAcknowledging(known: Acknowledgement | undefined): string | undefined {
    const voided = this.#voided.find(({ by }) => by === known?.revocation)
    if (known === undefined) return undefined
    if (voided === undefined) return `entry ${known.revocation} took nothing back`
    return voided.acknowledgedBy === null
      ? undefined
      : `entry ${voided.acknowledgedBy} has acknowledged it already`
  }

  get #threshold(): number {
    return Math.max(1, this.#rules.keyThreshold ?? 1)
  }

  /**
   * Takes in an entry that nothing speaks against.
   * @returns indexes of entries before it that no longer count, and whether there are more
   */
  apply(entry: EntryOnRecord): Taken {
    this.#sign(entry.signer, entry.index)
    if (entry.kind === 'key.rotated') this.#rotate(entry, rotationOf(entry.data))
    if (entry.kind === 'key.acknowledged') this.#acknowledge(entry)
    if (entry.kind !== 'key.revoked') return NOTHING_TAKEN
    const taken = this.#revoke(entry, revocationOf(entry.data))
    if (taken.indexes.length > 0 || taken.more)
      this.#voided = [...this.#voided, { ...taken, by: entry.index, acknowledgedBy: null }]
    return taken
  }

  #acknowledge({ index, data }: EntryOnRecord): void {
    const known = acknowledgementOf(data)
    this.#voided = this.#voided.map((voided) =>
      voided.by === known?.revocation ? { ...voided, acknowledgedBy: index } : voided,
    )
  }

  #sign(name: string, index: number): void {
    const known = this.#named(name)
    if (known === undefined) return
    known.signed.push(index)
    if (known.signed.length <= 2 * SIGNED_KEPT) return
    known.signed = known.signed.slice(-SIGNED_KEPT)
    known.signedMore = true
  }

  #rotate(entry: EntryOnRecord, rotation: Rotation | undefined): void {
    if (rotation === undefined) return
    const key = introduced(rotation)
    if (!this.#agreed(`rotate ${rotation.old} ${key.id}`, entry.signer)) return
    const old = this.#withId(rotation.old)
    if (old === undefined) return
    const { principal, lineage } = old
    old.until = Math.min(old.until, entry.index + 1)
    const known = this.#withId(key.id)
    if (known !== undefined) {
      // Whom it speaks for, and its end, stay as the caller says.
      const roles = [...new Set([...known.lineage, ...lineage])]
      this.#known = this.#known.map((one) => (one === known ? { ...known, lineage: roles } : one))
      return
    }
    const next = { key, principal, lineage: [key.name, ...lineage], until: Number.MAX_SAFE_INTEGER }
    this.#known = [...this.#known, { ...next, signed: [], signedMore: false }]
  }

  #revoke(entry: EntryOnRecord, revocation: Revocation | undefined): Taken {
    const ended = revocation === undefined ? undefined : this.#withId(revocation.key)
    if (revocation === undefined || ended === undefined) return NOTHING_TAKEN
    const own = ended.key.name === entry.signer
    if (!own && !this.#agreed(`revoke ${revocation.key}`, entry.signer)) return NOTHING_TAKEN
    const cutOff = revocation.from ?? entry.index + 1
    ended.until = Math.min(ended.until, cutOff)
    const [oldest = 0] = ended.signed
    return {
      // The entry that revokes a key may be its own last one.
      indexes: ended.signed.filter((index) => index >= cutOff && index !== entry.index),
      from: cutOff,
      key: ended.key.name,
      more: ended.signedMore && oldest > cutOff,
    }
  }

  /** Counts the voices for one change: each principal has one. */
  #agreed(change: string, signer: string): boolean {
    const principal = this.#named(signer)?.principal ?? signer
    const voices = [...new Set([...(this.#voices.get(change) ?? []), principal])]
    this.#voices = new Map([...this.#voices, [change, voices]])
    return voices.length >= this.#threshold
  }

  /** All that the log changed, as plain data. */
  memory(): KeysMemory {
    return {
      known: this.#known.map(({ key, ...rest }) => ({
        ...rest,
        name: key.name,
        publicKey: key.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      })),
      voices: [...this.#voices],
      voided: this.#voided,
    }
  }

  /** Goes on from there. Keys that the caller no longer trusts are gone, with those that came after them. */
  static resume(
    trusted: readonly TrustedKey[],
    rules: KeyRules,
    { known, voices, voided = [] }: KeysMemory,
  ): LogKeys {
    const keys = new LogKeys(trusted, rules)
    for (const { name, publicKey, ...rest } of known) {
      const key = parseLogKey(publicKey, name)
      const root = rest.lineage.at(-1)
      if (!trusted.some((other) => other.id === key.id || other.name === root)) continue
      const now = keys.#withId(key.id)
      const until = Math.min(rest.until, now?.until ?? Number.MAX_SAFE_INTEGER)
      const principal = now?.principal ?? rest.principal
      const taken = { key: now?.key ?? key, ...rest, principal, until, signed: [...rest.signed] }
      keys.#known = [...keys.#known.filter((other) => other !== now), taken]
    }
    keys.#voices = new Map(voices)
    keys.#voided = voided
    return keys
  }

  fork(): LogKeys {
    const copy = new LogKeys(this.#own, this.#rules)
    copy.#known = this.#known.map((known) => ({ ...known, signed: [...known.signed] }))
    copy.#voices = this.#voices
    copy.#voided = this.#voided
    return copy
  }
}

/** Entries that a cut-off in the past takes back. */
export interface Taken {
  readonly indexes: readonly number[]
  readonly from: number
  /** Name of the key that signed them; absent in what was saved before it was kept. */
  readonly key?: string
  /** Whether earlier ones, no longer known by index, are taken back too. */
  readonly more: boolean
}

/** Entries that the revocation at index `by` took back, and the entry by which somebody has seen it. */
export interface Voided extends Taken {
  readonly by: number
  readonly acknowledgedBy: number | null
}

const NOTHING_TAKEN: Taken = { indexes: [], from: Number.MAX_SAFE_INTEGER, more: false }

const introduced = ({ name, publicKey }: Rotation): TrustedKey => parseLogKey(publicKey, name)
