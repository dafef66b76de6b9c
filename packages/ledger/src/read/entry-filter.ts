import type { EntryKind, EntryOnRecord } from '../entry.ts'
import { leaseOf } from '../rules/lease-rules.ts'

/** Which entries somebody wants to see; what is absent restricts nothing. */
export interface EntryFilter {
  /** A commit, or the beginning of one. */
  readonly release?: string
  /** Id of an actor, or `provider:id`. */
  readonly person?: string
  readonly kind?: EntryKind
  /** ISO 8601 in UTC: from this moment on, and before that one. */
  readonly since?: string
  readonly until?: string
  /** One region: what was done under a lease that covers it. */
  readonly region?: string
}

/** Picks entries, which have to come in order: what is done under a lease is of the region it covers. */
export function entryFilter(filter: EntryFilter): (entry: EntryOnRecord) => boolean {
  const regions = new Map<number, readonly string[]>()
  return (entry) => {
    if (entry.kind === 'lease.acquired') regions.set(entry.index, leaseOf(entry).region.split('+'))
    const token = entry.kind === 'lease.acquired' ? entry.index : entry.fence
    const { release, person, kind, since, until, region } = filter
    return (
      (release === undefined || entry.release?.commit.startsWith(release) === true) &&
      (person === undefined || entry.actors.some((actor) => isOf(actor, person))) &&
      (kind === undefined || entry.kind === kind) &&
      (since === undefined || entry.at >= since) &&
      (until === undefined || entry.at < until) &&
      (region === undefined || regions.get(token ?? -1)?.includes(region) === true)
    )
  }
}

const isOf = ({ provider, id }: EntryOnRecord['actors'][number], person: string): boolean =>
  id === person || `${provider}:${id}` === person
