import { expect } from 'vitest'
import {
  type EntryDraft,
  type LedgerEntry,
  type LedgerStore,
  auditLog,
  logAt,
  plainPolicy,
  verifyLedger,
} from '../../src/index.ts'
import { ACTORS, ORIGIN, ledgerKey } from '../log-fixture.ts'
import type { CutProxy } from './cut-proxy.ts'
import { type OpenPlace, type StorePlace, openPlace } from './store-place.ts'
import type { WritingOrder } from './writing-process.ts'

/** A store under test. */
export interface StoreBench {
  /** A new, empty ledger. */
  fresh(): Promise<StorePlace>
  /** The same ledger, over a line that can be cut; absent where there is none. */
  readonly line?: {
    readonly proxy: CutProxy
    through(place: StorePlace): StorePlace
  }
  /** The same ledger where nobody answers. */
  unreachable(place: StorePlace): StorePlace
  /** The program of a process that writes: bundled, for it is started some hundred times. */
  readonly child: string
  /** Kinds of steps that a writer to it takes, each of which the sweep of kills must have met. */
  readonly steps: readonly string[]
  /** Looks at what lies there after a kill, with the store's own tools. */
  readonly checkPlace?: (place: StorePlace) => Promise<void>
  /** Clears away what killed writers left there, and looks whether that is all. */
  readonly tidyPlace?: (place: StorePlace) => Promise<void>
  /** How many processes try how often to append at once; see also `BULKHEAD_WHOLE_CROWD`. */
  readonly crowd: { readonly processes: number; readonly attempts: number }
}

export const key = ledgerKey()
export const note = (text: string): EntryDraft => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { text },
})

/** Everything in the log, which must verify with its tiles and its checkpoint. */
export async function soundEntries(store: LedgerStore): Promise<readonly LedgerEntry[]> {
  const verified = await verifyLedger({
    entries: store.read(0),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
  expect(verified.findings).toEqual([])
  expect(verified.entries.map(({ index }) => index)).toEqual(verified.entries.map((_, at) => at))
  return verified.entries
}

export const textsOf = async (store: LedgerStore): Promise<readonly string[]> =>
  (await soundEntries(store)).flatMap(({ data }) =>
    typeof data['text'] === 'string' ? [data['text']] : [],
  )

export async function auditFindings(store: LedgerStore) {
  const policy = plainPolicy({ origin: ORIGIN, environment: 'production', logKeys: [key.key] })
  const audit = auditLog({ policy, log: await logAt(store), now: Date.now() + 60_000 })
  const findings = []
  for (;;) {
    const next = await audit.next()
    if (next.done) return [...findings, ...next.value.findings]
    findings.push(...next.value.flatMap((judgement) => judgement.findings))
  }
}

export const orderOf = (
  place: StorePlace,
  rest: Partial<WritingOrder> & { readonly name: string },
) => JSON.stringify({ place, ...key.pem, ...rest } satisfies WritingOrder)

/** A new, empty ledger, opened. */
export async function freshly(
  bench: StoreBench,
): Promise<OpenPlace & { readonly place: StorePlace }> {
  const place = await bench.fresh()
  return { ...(await openPlace(place)), place }
}
