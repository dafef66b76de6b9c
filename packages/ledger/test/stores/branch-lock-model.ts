/**
 * The steps of `branch-lock.ts` and `branch-file.ts` as a model: several writers move one branch, each may
 * be killed before any of its steps, and whoever meets a dead one's lock takes it away. A commit is its
 * whole history in letters, so that a history holds another where it begins with it.
 */
export interface LockState {
  readonly branch: string
  /** Which file has the name of the branch; negative for the one that was there at first. */
  readonly branchFile: number
  /** Which file has the name of the lock: the number of the writer that made it. */
  readonly lock: number | null
  /** Second names of the files of locks, and which writer each name tells as its owner. */
  readonly records: readonly { readonly file: number; readonly owner: number }[]
  readonly writers: readonly Writer[]
}

type At =
  | 'start'
  | 'compare early'
  | 'record'
  | 'lock'
  | 'look for dead'
  | 'take over'
  | 'is it the lock'
  | 'unlink lock'
  | 'unlink taken'
  | 'lock again'
  | 'compare'
  | 'rename'
  | 'is it ours'
  | 'ask the branch'
  | 'release'
  | 'release lock'
  | 'release record'
  | 'moved'
  | 'lost'
  | 'dead'

interface Writer {
  readonly at: At
  readonly expected: string
  readonly commit: string
  /** The file whose record it takes over from a dead owner, and that owner. */
  readonly taking: { readonly file: number; readonly owner: number } | null
  readonly outcome: 'moved' | 'lost'
}

/** How a dead lock is taken away. The others are controls: they must be found wrong. */
export type Cleaning = 'by the record' | 'by whoever sees it' | 'never'

const ENDED: ReadonlySet<At> = new Set(['moved', 'lost', 'dead'])

export const beginning = (writers: number): LockState => ({
  branch: '',
  branchFile: -1,
  lock: null,
  records: [],
  writers: Array.from({ length: writers }, () => ({
    at: 'start' as const,
    expected: '',
    commit: '',
    taking: null,
    outcome: 'lost' as const,
  })),
})

/** Every state that one step, or one death, leads to. */
export function* movesOf(state: LockState, cleaning: Cleaning): Generator<LockState> {
  for (const [nth, writer] of state.writers.entries()) {
    if (ENDED.has(writer.at)) continue
    yield* stepsOf(state, nth, writer, cleaning)
    if (writer.at !== 'start') yield goTo(state, nth, 'dead')
  }
}

const goTo = (
  state: LockState,
  nth: number,
  at: At,
  changes: Partial<Omit<LockState, 'writers'>> & { readonly writer?: Partial<Writer> } = {},
): LockState => {
  const { writer, ...rest } = changes
  return {
    ...state,
    ...rest,
    writers: state.writers.map((old, n) => (n === nth ? { ...old, ...writer, at } : old)),
  }
}

function* stepsOf(
  state: LockState,
  nth: number,
  writer: Writer,
  cleaning: Cleaning,
): Generator<LockState> {
  const { branch, branchFile, lock, records, writers } = state
  const { expected, commit, taking, outcome } = writer
  const go = (at: At, changes?: Parameters<typeof goTo>[3]) => goTo(state, nth, at, changes)
  const without = (file: number, owner: number) =>
    records.filter((record) => record.file !== file || record.owner !== owner)
  switch (writer.at) {
    case 'start':
      return yield go('compare early', {
        writer: { expected: branch, commit: branch + String.fromCodePoint(97 + nth) },
      })
    case 'compare early':
      return yield go(branch === expected ? 'record' : 'lost')
    case 'record':
      return yield go('lock', { records: [...records, { file: nth, owner: nth }] })
    case 'lock':
      return yield lock === null ? go('compare', { lock: nth }) : go('look for dead')
    case 'look for dead': {
      const isDead = ({ owner }: { readonly owner: number }) => writers[owner]?.at === 'dead'
      const dead = cleaning === 'never' ? [] : records.filter(isDead)
      for (const found of dead) yield go('take over', { writer: { taking: found } })
      if (dead.length === 0) yield go('lock again')
      return
    }
    case 'take over': {
      if (taking === null) throw new TypeError('nothing to take over')
      if (cleaning === 'by whoever sees it') return yield go('is it the lock')
      const isThere = records.some((r) => r.file === taking.file && r.owner === taking.owner)
      if (!isThere) return yield go('look for dead', { writer: { taking: null } })
      const ours = { file: taking.file, owner: nth }
      return yield go('is it the lock', {
        records: [...without(taking.file, taking.owner), ours],
        writer: { taking: ours },
      })
    }
    case 'is it the lock':
      return yield go(lock === taking?.file ? 'unlink lock' : 'unlink taken')
    case 'unlink lock':
      return yield go('unlink taken', { lock: null })
    case 'unlink taken':
      return yield go('look for dead', {
        records: taking === null ? records : without(taking.file, taking.owner),
        writer: { taking: null },
      })
    case 'lock again':
      return yield lock === null ? go('compare', { lock: nth }) : go('release record')
    case 'compare':
      return yield go(branch === expected ? 'rename' : 'release')
    case 'rename': {
      if (lock === null) return yield go('ask the branch')
      const moved = writers[lock]?.commit ?? ''
      return yield go('is it ours', { branch: moved, branchFile: lock, lock: null })
    }
    case 'is it ours':
      return yield branchFile === nth
        ? go('release', { writer: { outcome: 'moved' } })
        : go('ask the branch')
    case 'ask the branch':
      return yield go('release', {
        writer: { outcome: branch.startsWith(commit) ? 'moved' : 'lost' },
      })
    case 'release':
      return yield go(lock === nth ? 'release lock' : 'release record')
    case 'release lock':
      return yield go('release record', { lock: null })
    case 'release record':
      return yield go(outcome, { records: without(nth, nth) })
    case 'moved':
    case 'lost':
    case 'dead':
  }
}

/** The law that a step broke, if it broke one. */
export function brokenBy(before: LockState, { branch, lock, records, writers }: LockState) {
  if (!branch.startsWith(before.branch)) return 'the branch lost what it had'
  if (branch.length > before.branch.length + 1) return 'the branch took over two commits at once'
  for (const { at, commit } of writers) {
    if (at === 'moved' && !branch.startsWith(commit))
      return 'a writer was told of what is not there'
    if (at === 'lost' && commit !== '' && branch.startsWith(commit)) return 'a writer was not told'
  }
  if (lock !== null && !records.some(({ file }) => file === lock)) return 'a lock without an owner'
  return undefined
}

/** Whether everybody has ended, and so a next one would be alone. */
export const isQuiet = ({ writers }: LockState): boolean => writers.every(({ at }) => ENDED.has(at))

/** Whether one who comes when everybody has ended, and is let work, appends. */
export function nextGoesOn(state: LockState, cleaning: Cleaning): boolean {
  const nth = state.writers.length
  let now: LockState = { ...state, writers: [...state.writers, ...beginning(1).writers] }
  for (;;) {
    const writer = now.writers[nth]
    if (writer === undefined || ENDED.has(writer.at)) return writer?.at === 'moved'
    const [next] = stepsOf(now, nth, writer, cleaning)
    if (next === undefined) return false
    now = next
  }
}
