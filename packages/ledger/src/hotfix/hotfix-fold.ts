import { type Shape, readShape } from '@bulkhead/envelope'
import type { EntryKind, EntryOnRecord } from '../entry.ts'
import type { OnRecord } from '../rules/rule.ts'
import {
  acknowledgedShape,
  approvedShape,
  closedShape,
  declaredShape,
  openedShape,
  owedShape,
  pagedShape,
  repaidShape,
} from './hotfix-data.ts'
import {
  type DebtOnRecord,
  type HotfixOnRecord,
  type Mark,
  DRILL_DEBTS,
  STANDARD_DEBTS,
} from './hotfix-on-record.ts'

type Folded = Pick<EntryOnRecord, 'kind' | 'index' | 'release' | 'actors' | 'data' | 'at'>

/** What entries of other kinds have said, which a hotfix looks at too. */
type Around = Pick<OnRecord, 'verdictOn' | 'goodSince'>

export type HotfixMemory = readonly HotfixOnRecord[]

/** What an entry does to the hotfix that it is about. */
type Change = (hotfix: HotfixOnRecord, entry: Folded) => HotfixOnRecord

/**
 * Carries the hotfixes of an environment from entry to entry. Closed ones stay: from the moment it is
 * out, every later release must contain a fix (law 10).
 */
export class HotfixFold {
  #all: HotfixMemory = []

  get all(): HotfixMemory {
    return this.#all
  }

  known(id: number): HotfixOnRecord | undefined {
    return this.#all.find((hotfix) => hotfix.id === id)
  }

  /** Takes in an entry of any kind, after all else has taken it in. */
  apply(entry: Folded, around: Around): void {
    if (entry.kind === 'hotfix.declared') this.#declare(entry, around)
    else if (entry.kind === 'hotfix.moved') this.#move(entry, around)
    else if (entry.kind === 'gate.verdict') this.#judge(entry)
    else if (entry.kind === 'deploy.finished') this.#finish(entry, around)
    const change = CHANGES[entry.kind]
    if (change === undefined) return
    const { of } = entry.data
    this.#all = this.#all.map((hotfix) => (hotfix.id === of ? change(hotfix, entry) : hotfix))
  }

  #declare(entry: Folded, around: Around): void {
    const { release, data, index } = entry
    const read = readShape(declaredShape, data)
    if (release === undefined || read.kind === 'refused') return
    const { base, severity, disclosure, sealed, purpose } = read.value
    const hotfix: HotfixOnRecord = {
      id: index,
      commit: release.commit,
      commits: [{ ...markOf(entry), commit: release.commit }],
      base,
      severity,
      drill: purpose === 'drill',
      embargo: disclosure === 'when-everywhere',
      sealed,
      by: actorOf(entry),
      declared: markOf(entry),
      gated: passed(entry, around),
      ...UNTOUCHED,
    }
    this.#all = [...this.#all, hotfix]
  }

  /** Another commit takes the place of the first: what was approved was not this one. */
  #move(entry: Folded, around: Around): void {
    const { release, data } = entry
    if (release === undefined) return
    const { commit } = release
    this.#all = this.#all.map((hotfix) =>
      hotfix.id === data['of']
        ? {
            ...hotfix,
            commit,
            commits: [...hotfix.commits, { ...markOf(entry), commit }],
            gated: passed(entry, around),
          }
        : hotfix,
    )
  }

  #judge(entry: Folded): void {
    const { release, data } = entry
    this.#changeOpen(release?.commit, (hotfix) => {
      if (data['outcome'] !== 'PASS') return { ...hotfix, gated: null }
      return hotfix.gated === null ? { ...hotfix, gated: markOf(entry) } : hotfix
    })
  }

  #finish(entry: Folded, around: Around): void {
    const { release, data } = entry
    if (data['result'] !== 'released' || release === undefined) return
    const good = around.goodSince(release.commit)
    this.#changeOpen(release.commit, (hotfix) => {
      const reached = hotfix.reached ?? markOf(entry)
      if (good === undefined || good < hotfix.id || hotfix.everywhere !== null)
        return { ...hotfix, reached }
      const since = markOf(entry)
      const debts = [...hotfix.debts, ...debtsOf(hotfix).map((name) => owed(name, WHY, since))]
      return { ...hotfix, reached, everywhere: since, debts }
    })
  }

  #changeOpen(
    commit: string | undefined,
    change: (hotfix: HotfixOnRecord) => HotfixOnRecord,
  ): void {
    this.#all = this.#all.map((hotfix) =>
      hotfix.commit === commit && hotfix.closed === null ? change(hotfix) : hotfix,
    )
  }

  /** Forgets what these entries said: they no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    const stays = ({ index }: Mark) => !isGone(index)
    const kept = <M extends Mark>(mark: M | null): M | null => (mark && stays(mark) ? mark : null)
    this.#all = this.#all
      .filter(({ declared }) => stays(declared))
      .map((hotfix) => ({
        ...hotfix,
        commit: hotfix.commits.findLast(stays)?.commit ?? hotfix.commit,
        commits: hotfix.commits.filter(stays),
        facts: kept(hotfix.facts),
        pages: hotfix.pages.filter(stays),
        acknowledged: kept(hotfix.acknowledged),
        approvals: hotfix.approvals.filter(stays),
        gated: kept(hotfix.gated),
        reached: kept(hotfix.reached),
        everywhere: kept(hotfix.everywhere),
        shipped: kept(hotfix.shipped),
        debts: hotfix.debts
          .filter(({ since }) => stays(since))
          .map((debt) => ({ ...debt, repaid: kept(debt.repaid) })),
        closed: kept(hotfix.closed),
      }))
  }

  fork(): HotfixFold {
    return HotfixFold.resume(this.#all)
  }

  memory(): HotfixMemory {
    return this.#all
  }

  static resume(memory: HotfixMemory): HotfixFold {
    const fold = new HotfixFold()
    fold.#all = memory
    return fold
  }
}

const debtsOf = ({ drill }: HotfixOnRecord): readonly string[] =>
  drill ? DRILL_DEBTS : STANDARD_DEBTS

const WHY = 'every hotfix owes it'

const UNTOUCHED = {
  facts: null,
  pages: [],
  acknowledged: null,
  approvals: [],
  reached: null,
  everywhere: null,
  shipped: null,
  debts: [],
  closed: null,
} as const

const markOf = ({ index, at }: Folded): Mark => ({ index, at })

const actorOf = ({ actors: [actor] }: Folded): string =>
  actor === undefined ? 'unknown' : `${actor.provider}:${actor.id}`

const owed = (name: string, why: string, since: Mark): DebtOnRecord => ({
  name,
  why,
  since,
  repaid: null,
})

/** That the evidence was there before the hotfix was declared. */
const passed = (entry: Folded, around: Around): Mark | null =>
  entry.release !== undefined && around.verdictOn(entry.release)?.outcome === 'PASS'
    ? markOf(entry)
    : null

/** A change that reads the data of its kind; data of another form change nothing. */
const reading =
  <Data>(
    shape: Shape<Data>,
    change: (hotfix: HotfixOnRecord, data: Data, entry: Folded) => HotfixOnRecord,
  ): Change =>
  (hotfix, entry) => {
    const read = readShape(shape, entry.data)
    return read.kind === 'read' ? change(hotfix, read.value, entry) : hotfix
  }

const CHANGES: Partial<Readonly<Record<EntryKind, Change>>> = {
  'hotfix.paged': reading(pagedShape, (hotfix, { told, failed, late = [] }, entry) => ({
    ...hotfix,
    pages: [...hotfix.pages, { ...markOf(entry), told, failed, late }],
  })),
  'hotfix.acknowledged': reading(acknowledgedShape, (hotfix, { how }, entry) => ({
    ...hotfix,
    acknowledged: hotfix.acknowledged ?? { ...markOf(entry), by: actorOf(entry), how },
  })),
  'hotfix.approved': reading(approvedShape, (hotfix, { plan, source, proof }, entry) =>
    entry.release === undefined
      ? hotfix
      : {
          ...hotfix,
          approvals: [
            ...hotfix.approvals,
            { ...markOf(entry), ...entry.release, plan, source, proof },
          ],
        },
  ),
  'hotfix.shipped': (hotfix, entry) => ({ ...hotfix, shipped: markOf(entry) }),
  'hotfix.opened': reading(openedShape, (hotfix, { salt, advisory, reason }, entry) => ({
    ...hotfix,
    facts: { ...markOf(entry), salt, advisory, reason },
  })),
  'debt.owed': reading(owedShape, (hotfix, { debt, why }, entry) => ({
    ...hotfix,
    debts: [...hotfix.debts, owed(debt, why, markOf(entry))],
  })),
  'debt.repaid': reading(repaidShape, (hotfix, { debt, evidence }, entry) => ({
    ...hotfix,
    debts: hotfix.debts.map((one) =>
      one.name === debt ? { ...one, repaid: { ...markOf(entry), evidence } } : one,
    ),
  })),
  'hotfix.closed': reading(closedShape, (hotfix, { result }, entry) => ({
    ...hotfix,
    closed: { ...markOf(entry), result },
  })),
}
