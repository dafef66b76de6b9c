import {
  type Shape,
  commitText,
  digestText,
  listOf,
  objectOf,
  objectWith,
  oneOf,
  readJson,
  text,
} from '@bulkhead/envelope'
import {
  type CommitId,
  type Digest,
  type FencingToken,
  type Finding,
  InputError,
  fencingToken,
} from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from '../entry.ts'
import { type Reservations, isVoided } from './reservations.ts'

/** One unit as something else than the ledger saw it: an orchestrator, an inventory, an agent on the host. */
export interface RunningUnit {
  readonly id: string
  readonly region: string
  /** The commit that it says it was built from. */
  readonly commit: CommitId
  /** SHA-256 of the bytes that run, where that is known. */
  readonly artifact?: Digest
}

/** What runs in an environment, by somebody who does not ask the ledger. */
export interface RuntimeSnapshot {
  readonly environment: string
  readonly units: readonly RunningUnit[]
}

/** Of a fleet of 100,000 units. */
export const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024
const LIMITS = { maxBytes: MAX_SNAPSHOT_BYTES, maxDepth: 4 }
const MAX_UNITS = 100_000

const oneText = oneOf('1')
const versionOne: Shape<'1'> = (value, at) => oneText(value === 1 ? '1' : value, at)

const snapshotShape = objectOf({
  version: versionOne,
  environment: text,
  units: listOf(
    objectWith({ id: text, region: text, commit: commitText }, { artifact: digestText }),
    MAX_UNITS,
  ),
})

/**
 * Reads a snapshot: strict JSON, version 1 (docs/ledger.md).
 * @param file names it in messages
 * @throws InputError `usage/invalid-option`
 */
export function parseSnapshot(bytes: Uint8Array, file: string): RuntimeSnapshot {
  const read = readJson(snapshotShape, bytes, LIMITS)
  if (read.kind === 'read') return read.value
  throw new InputError({
    code: 'usage/invalid-option',
    subject: file,
    message: `is no snapshot of what runs: ${read.reason}`,
    remedy:
      'write {"version":1,"environment":…,"units":[{"id","region","commit"}]} (docs/ledger.md)',
  })
}

/** Where a rollout begins or ends: all that is kept of an entry. */
interface Step extends Pick<EntryOnRecord, 'index' | 'signer'> {
  readonly regions: readonly string[]
  readonly release: ReleaseOnRecord
  readonly begins: boolean
  readonly result: unknown
}

/**
 * What a ledger allows to run in each region, entry by entry. A log can be whole and yet say nothing of
 * a deploy that went past it; only what runs gives that away (annex ledger.md §5, omission).
 */
export class Reconciliation {
  readonly #regionsOf = new Map<FencingToken, readonly string[]>()
  readonly #steps: Step[] = []
  readonly #allowed = new Map<string, ReadonlyMap<CommitId, ReleaseOnRecord>>()

  /** Takes in the next entry of a log that verifies. */
  take(entry: EntryOnRecord): void {
    const { kind, release, fence, data, index, signer } = entry
    if (kind === 'lease.acquired' && typeof data['region'] === 'string')
      this.#regionsOf.set(fencingToken(index), data['region'].split('+'))
    if (release === undefined || fence === undefined) return
    const begins = kind === 'deploy.started' || kind === 'deploy.resumed'
    if (!begins && kind !== 'deploy.finished') return
    const regions = this.#regionsOf.get(fence) ?? []
    const result = begins ? undefined : data['result']
    this.#steps.push({ index, signer, regions, release, begins, result })
  }

  /** Only the whole log says which of its entries count: a key may be revoked from long ago on. */
  #follow(reservations: Reservations): void {
    for (const step of this.#steps) {
      if (isVoided(reservations, step)) continue
      for (const region of step.regions) {
        if (step.begins) this.#begin(region, step.release)
        else this.#end(region, step.release, step.result)
      }
    }
    this.#steps.length = 0
  }

  #begin(region: string, release: ReleaseOnRecord): void {
    this.#allowed.set(region, new Map([...this.#in(region), [release.commit, release]]))
  }

  /** What stopped, got stuck or was superseded has left the fleet mixed. */
  #end(region: string, release: ReleaseOnRecord, result: unknown): void {
    const rest = new Map(this.#in(region))
    if (result === 'released') rest.clear()
    if (result === 'rolled-back') rest.delete(release.commit)
    else rest.set(release.commit, release)
    this.#allowed.set(region, rest)
  }

  #in(region: string): ReadonlyMap<CommitId, ReleaseOnRecord> {
    return this.#allowed.get(region) ?? new Map()
  }

  /** Each unit that runs what no entry put there, of those that count. */
  judge({ units }: RuntimeSnapshot, reservations: Reservations): readonly Finding[] {
    this.#follow(reservations)
    return units.flatMap((unit) => {
      const message = this.#objection(unit)
      return message === undefined ? [] : [stray(unit, message)]
    })
  }

  #objection({ region, commit, artifact }: RunningUnit): string | undefined {
    const release = this.#in(region).get(commit)
    if (release === undefined) return `it runs ${commit} in ${region}, where no entry put it`
    if (artifact === undefined || release.artifacts.some(({ digest }) => digest === artifact))
      return undefined
    return `it runs ${artifact} as ${commit}, which the ledger recorded with other bytes`
  }
}

const stray = ({ id }: RunningUnit, message: string): Finding => ({
  code: 'ledger/unrecorded-deploy',
  subject: id,
  message,
  remedy:
    'find out who deployed it, and with which credential; then ship a release over it, on record (`bulkhead ship`)',
})
