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
import { KeyVoices, type VoicesMemory } from './key-voices.ts'
import { type CutOff, type KnownKey, cutOff } from './key-cut-off.ts'
import { type Taken, type Voided, takenBackBy } from './taken-entries.ts'

/** Who a key speaks for, and how many of them must agree. From the verifier's own policy. */
export interface KeyRules {
  /** By name of a key; a key that is not named is a principal of its own. */
  readonly principals?: Readonly<Record<string, string>>
  /** Distinct principals that must ask for a rotation, or for the revocation of another's key. */
  readonly keyThreshold?: number
  /** By name of a key: the first index at which the caller no longer believes it. */
  readonly until?: Readonly<Record<string, number>>
}

/** What a log made of its keys, as it is kept between two verifications. */
export interface KeysMemory {
  readonly known: readonly (Omit<Readonly<KnownKey>, 'key'> & {
    readonly name: string
    /** SPKI PEM. */
    readonly publicKey: string
  })[]
  readonly voices: VoicesMemory
  readonly voided: readonly Voided[]
}

/** At least the newest so many are kept by index, at most twice as many. */
const SIGNED_KEPT = 1_000

/** The keys of a log, as its entries change them: introduced by older ones, and ended. */
export class LogKeys {
  readonly #rules: KeyRules
  /** The keys that the caller names. */
  readonly #own: readonly TrustedKey[]
  #known: readonly KnownKey[]
  #voices = new KeyVoices()
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
      broughtInBy: [],
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
  objection({ kind, data, signer, index }: EntryOnRecord): string | undefined {
    if (kind === 'key.rotated') return this.#objectionToRotation(rotationOf(data), signer)
    if (kind === 'key.acknowledged') return this.#objectionToAcknowledging(acknowledgementOf(data))
    if (kind !== 'key.revoked') return undefined
    return this.#objectionToRevocation(revocationOf(data), index)
  }

  #objectionToRevocation(revocation: Revocation | undefined, index: number): string | undefined {
    if (revocation === undefined) return undefined
    if (this.#withId(revocation.key) === undefined) return 'it ends a key that the log never had'
    const { from = index + 1 } = revocation
    // Until then whoever stole it would go on, while everybody believes that it was ended.
    return from > index + 1
      ? `it ends the key from entry ${from} on, which is still to come`
      : undefined
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
   * @returns entries before it that no longer count, by the key that signed them
   */
  apply(entry: EntryOnRecord): readonly Taken[] {
    this.#sign(entry.signer, entry.index)
    if (entry.kind === 'key.rotated') this.#rotate(entry, rotationOf(entry.data))
    if (entry.kind === 'key.acknowledged') this.#acknowledge(entry)
    return entry.kind === 'key.revoked' ? this.#revoke(entry, revocationOf(entry.data)) : []
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
    const broughtInBy = this.#agreed(`rotate ${rotation.old} ${key.id}`, entry)
    if (broughtInBy === undefined) return
    const old = this.#withId(rotation.old)
    if (old === undefined) return
    const { principal, lineage } = old
    old.until = Math.min(old.until, entry.index + 1)
    const known = this.#withId(key.id)
    if (known !== undefined) {
      // Whom it speaks for, and its end, stay as the caller says.
      const roles = [...new Set([...known.lineage, ...lineage])]
      this.#replace(known, { ...known, lineage: roles, broughtInBy })
      return
    }
    const next = { key, principal, lineage: [key.name, ...lineage], broughtInBy }
    const fresh = { until: Number.MAX_SAFE_INTEGER, signed: [], signedMore: false }
    this.#known = [...this.#known, { ...next, ...fresh }]
  }

  #replace(known: KnownKey, by: KnownKey): void {
    this.#known = this.#known.map((one) => (one === known ? by : one))
  }

  #revoke(entry: EntryOnRecord, revocation: Revocation | undefined): readonly Taken[] {
    const ended = revocation === undefined ? undefined : this.#withId(revocation.key)
    if (revocation === undefined || ended === undefined) return []
    const own = ended.key.name === entry.signer
    if (!own && this.#agreed(`revoke ${revocation.key}`, entry) === undefined) return []
    const from = revocation.from ?? entry.index + 1
    ended.until = Math.min(ended.until, from)
    const cut = this.#cutOff(ended, from, entry)
    for (const { heir, taken } of cut) if (heir !== undefined) this.#disinherit(heir, taken.from)
    const all = cut.map(({ taken }) => taken).filter(({ indexes, more }) => more || indexes.length)
    for (const taken of all) this.#forget(takenBackBy(taken))
    const seen = { by: entry.index, acknowledgedBy: null }
    this.#voided = [...this.#voided, ...all.map((taken) => ({ ...taken, ...seen }))]
    return all
  }

  #cutOff(ended: KnownKey, from: number, { index, signer }: EntryOnRecord): readonly CutOff[] {
    const revocation = { ended, from, by: index, spared: this.lineageOf(signer) }
    return cutOff(this.#known, (key) => this.#isOwn(key), revocation)
  }

  #isOwn({ key }: KnownKey): boolean {
    return this.#own.some(({ id }) => id === key.id)
  }

  #disinherit(heir: KnownKey, from: number): void {
    const own = { lineage: [heir.key.name], broughtInBy: [] }
    if (this.#isOwn(heir)) this.#replace(heir, { ...heir, ...own })
    else heir.until = Math.min(heir.until, from)
  }

  /** What entries said that no longer count was never said. That they ended a key stays: nobody is to revive one. */
  #forget(isGone: (index: number) => boolean): void {
    this.#voices.takeBack(isGone)
    this.#voided = this.#voided.map((voided) =>
      voided.acknowledgedBy !== null && isGone(voided.acknowledgedBy)
        ? { ...voided, acknowledgedBy: null }
        : voided,
    )
  }

  /** The entries by which enough principals have asked for one change; undefined while they are too few. */
  #agreed(change: string, { signer, index }: EntryOnRecord): readonly number[] | undefined {
    const principal = this.#named(signer)?.principal ?? signer
    const by = this.#voices.add(change, { principal, by: index })
    return by.length >= this.#threshold ? by : undefined
  }

  /** All that the log changed, as plain data. */
  memory(): KeysMemory {
    return {
      known: this.#known.map(({ key, ...rest }) => ({
        ...rest,
        name: key.name,
        publicKey: key.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      })),
      voices: this.#voices.memory(),
      voided: this.#voided,
    }
  }

  /** Goes on from there. Keys that the caller no longer trusts are gone, with those that came after them. */
  static resume(
    trusted: readonly TrustedKey[],
    rules: KeyRules,
    { known, voices, voided }: KeysMemory,
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
    keys.#voices = new KeyVoices(voices)
    keys.#voided = voided
    return keys
  }

  fork(): LogKeys {
    const copy = new LogKeys(this.#own, this.#rules)
    copy.#known = this.#known.map((known) => ({ ...known, signed: [...known.signed] }))
    copy.#voices = new KeyVoices(this.#voices.memory())
    copy.#voided = this.#voided
    return copy
  }
}

const introduced = ({ name, publicKey }: Rotation): TrustedKey => parseLogKey(publicKey, name)
