import { type FencingToken, type Milliseconds, fencingToken } from '@bulkhead/vocabulary'
import type { EntryDraft } from '../src/entry.ts'
import { EnvironmentFold } from '../src/state/environment-fold.ts'
import { type LeaseRequest, type Sighting, decideLease } from '../src/lease-decision.ts'
import { ACTORS, deploy, release, verdict } from './log-fixture.ts'

/** What a variant of the machinery leaves out: a control that has to fail. */
export interface Machinery {
  /** The target refuses a token that is older than one it has seen. */
  readonly fenced: boolean
  /** An append fails when the log has grown since it was read. */
  readonly compares: boolean
}

/** One holder. Its pause is every action of the others that comes before its own next one. */
export type Holder =
  | { readonly at: 'down' }
  | { readonly at: 'looking'; readonly now: number; readonly seen: Sighting | undefined }
  | {
      readonly at: 'asking'
      readonly now: number
      readonly seen: Sighting | undefined
      readonly draft: EntryDraft
      /** Size of the log when it was read. */
      readonly position: number
    }
  | { readonly at: 'holding' | 'deploying'; readonly token: FencingToken }

export interface ModelState {
  readonly fold: EnvironmentFold
  readonly size: number
  readonly holders: readonly Holder[]
  /** Effects on their way to the target, one a holder; they arrive whatever became of their sender. */
  readonly flights: readonly (FencingToken | null)[]
  /** The highest token that acted on the target. */
  readonly acted: number
  readonly newest: number
}

export interface Move {
  readonly label: string
  /** The state it leads to, or the law that it breaks. */
  readonly to: ModelState | string
}

const TTL = 1_000
const REGION = 'eu'
const request: LeaseRequest = { region: REGION, actors: ACTORS, ttl: TTL as Milliseconds }
const under = (kind: EntryDraft['kind'], fence: FencingToken): EntryDraft => ({
  kind,
  fence,
  actors: ACTORS,
  data: {},
})

/** A log with a PASS on it, a target that nobody has touched, and so many holders, all down. */
export function beginning(holders: number): ModelState {
  const empty: ModelState = {
    fold: new EnvironmentFold(),
    size: 0,
    holders: Array.from({ length: holders }, () => ({ at: 'down' })),
    flights: Array.from({ length: holders }, () => null),
    acted: -1,
    newest: -1,
  }
  const begun = append(empty, verdict())
  if (typeof begun === 'string') throw new Error(begun)
  return begun
}

/** Judges and applies an entry as every reader does; the objection when it may not come next. */
function append(state: ModelState, draft: EntryDraft, judged = true): ModelState | string {
  const entry = { ...draft, index: state.size, at: '2026-01-31T12:00:00.000Z' }
  const objection = judged ? state.fold.objection(entry) : undefined
  if (objection !== undefined) return objection
  const fold = state.fold.fork()
  fold.apply({ ...entry, digest: `sha256:${'0'.repeat(64)}` as never })
  return { ...state, fold, size: state.size + 1 }
}

const withHolder = (state: ModelState, nth: number, holder: Holder): ModelState => ({
  ...state,
  holders: state.holders.with(nth, holder),
})

/** Every move that somebody can make now. */
export function movesOf(state: ModelState, machinery: Machinery): readonly Move[] {
  return state.holders.flatMap((holder, nth) => [
    ...ownMoves(state, nth, holder, machinery),
    ...(holder.at === 'down'
      ? []
      : [move(nth, ' crashes', withHolder(state, nth, { at: 'down' }))]),
    ...arrivals(state, nth, machinery),
  ])
}

const move = (nth: number, does: string, to: ModelState | string): Move => ({
  label: `${'ABC'[nth]}${does}`,
  to,
})

function ownMoves(
  state: ModelState,
  nth: number,
  holder: Holder,
  machinery: Machinery,
): readonly Move[] {
  switch (holder.at) {
    case 'down':
      return [
        move(nth, ' starts', withHolder(state, nth, { at: 'looking', now: 0, seen: undefined })),
      ]
    case 'looking':
      return looks(state, nth, holder)
    case 'asking':
      // Who lost the race has changed nothing, and looks again.
      return machinery.compares && holder.position !== state.size
        ? looks(state, nth, { ...holder, at: 'looking' })
        : [asks(state, nth, holder, machinery)]
    case 'holding':
    case 'deploying':
      return holds(state, nth, holder)
  }
}

type Looking = Extract<Holder, { readonly at: 'looking' }>

/** It looks, or breaks the lease by name, or sees a whole term pass on its own clock. */
function looks(state: ModelState, nth: number, holder: Looking): readonly Move[] {
  const { leases } = state.fold
  const decide = (does: string, asked: LeaseRequest) => {
    const decision = decideLease(leases, asked, holder.seen, holder.now)
    const seen = { now: holder.now, seen: decision.sighting }
    const next: Holder =
      decision.kind === 'ask'
        ? { at: 'asking', ...seen, draft: decision.draft, position: state.size }
        : { at: 'looking', ...seen }
    return move(nth, does, withHolder(state, nth, next))
  }
  const [lease] = leases
  const later = withHolder(state, nth, { ...holder, now: holder.now + TTL })
  return [
    decide(' reads the log', request),
    ...(lease === undefined
      ? []
      : [
          decide(' reads the log to break the lease', {
            ...request,
            breaking: { token: lease.token, reason: 'gone' },
          }),
        ]),
    move(nth, ' sees a term pass', later),
  ]
}

type Asking = Extract<Holder, { readonly at: 'asking' }>

function asks(state: ModelState, nth: number, holder: Asking, { compares }: Machinery): Move {
  const next = append(state, holder.draft, compares)
  if (typeof next === 'string') return move(nth, ' asks', `an honest request is refused: ${next}`)
  const token = fencingToken(state.size)
  if (token <= state.newest) return move(nth, ' asks', `token ${token} after ${state.newest}`)
  if (next.fold.leases.length !== 1)
    return move(
      nth,
      ` acquires token ${token}`,
      `${next.fold.leases.length} live leases of a region`,
    )
  const held = withHolder({ ...next, newest: token }, nth, { at: 'holding', token })
  return move(nth, ` acquires token ${token}`, held)
}

type Holding = Extract<Holder, { readonly token: FencingToken }>

/** What a holder puts on record. What is refused tells it that the lease is lost: it begins anew. */
function holds(state: ModelState, nth: number, { at, token }: Holding): readonly Move[] {
  const write = (does: string, draft: EntryDraft, then: Holder, flight?: FencingToken): Move => {
    const next = append(state, draft)
    if (typeof next === 'string')
      return move(nth, ` ${does}, in vain`, withHolder(state, nth, { at: 'down' }))
    if (!state.fold.leases.some((lease) => lease.token === token))
      return move(nth, ` ${does}`, `it writes under token ${token}, which is not live`)
    const flights = flight === undefined ? next.flights : next.flights.with(nth, flight)
    return move(nth, ` ${does}`, withHolder({ ...next, flights }, nth, then))
  }
  const same: Holder = { at, token }
  const renewed = write('renews', under('lease.renewed', token), same)
  if (at === 'holding') {
    const [left] = state.fold.unfinished
    const goesOn: EntryDraft = {
      ...under('deploy.resumed', token),
      release: release(),
      data: { of: left?.id },
    }
    const begins = left === undefined ? deploy('deploy.started', token) : goesOn
    return [
      renewed,
      write('begins or goes on', begins, { at: 'deploying', token }),
      write('gives back', under('lease.released', token), { at: 'down' }),
    ]
  }
  const end = (result: string) => deploy('deploy.finished', token, { result })
  const intends = write('intends a batch', deploy('deploy.step', token), same, token)
  return [
    renewed,
    ...(state.flights[nth] === null ? [intends] : []),
    write('finishes', end('released'), { at: 'holding', token }),
    write('is stuck', end('stuck'), { at: 'down' }),
  ]
}

/** An effect arrives, however late, or is lost on the way. */
function arrivals(state: ModelState, nth: number, { fenced }: Machinery): readonly Move[] {
  const token = state.flights[nth] ?? null
  if (token === null) return []
  const landed = { ...state, flights: state.flights.with(nth, null) }
  const lost = move(nth, `\u2019s effect under token ${token} is lost`, landed)
  const does = `\u2019s effect under token ${token} arrives`
  if (token >= state.acted) return [lost, move(nth, does, { ...landed, acted: token })]
  if (fenced) return [lost]
  return [lost, move(nth, does, `token ${token} acts after token ${state.acted}`)]
}
