import { runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/index.ts'
import { open } from '../log-fixture.ts'
import { DIES, type KillPoint, MEETS } from './kill-points.ts'
import {
  type StoreBench,
  auditFindings,
  freshly,
  key,
  note,
  orderOf,
  soundEntries,
} from './store-bench.ts'
import type { StorePlace } from './store-place.ts'

/** More than a process has of one kind; a sweep that comes here never ends by itself. */
const MOST_STEPS = 1_000
/** Kills on one ledger, before a new one is begun: a sweep must not get slower as it goes on. */
const LOT = 50

/** Some hundreds of processes, one after the other. */
export const SWEEP_DEADLINE_MS = 600_000

/** A writer is killed before every step that the world can see, and the next one takes over. */
export function survivesKills(bench: () => StoreBench): void {
  describe('a process killed outright', () => {
    it(
      'before any step that the world can see, loses nothing and doubles nothing; the next holder goes on',
      async () => {
        const { steps } = bench()
        const met = await sweep(bench(), 'lease')
        expect(met.size).toBeGreaterThan(0)
        expect([...steps].filter((step) => !met.has(step))).toEqual([])
      },
      SWEEP_DEADLINE_MS,
    )
  })
}

/**
 * Kills at every step, or at those of some kinds where others are swept elsewhere.
 * @returns the kinds of steps that somebody died before
 */
export async function sweep(
  bench: StoreBench,
  work: 'lease' | 'pack',
  kinds?: readonly string[],
): Promise<Set<string>> {
  const plan = new KillPlan(kinds)
  while (plan.next !== undefined) await killLot(bench, work, plan)
  return plan.met
}

/** Every step of every kind that any process told of, until one ended before it came to such a step. */
class KillPlan {
  readonly met = new Set<string>()
  readonly #wanted: readonly string[] | undefined
  readonly #known = new Set<string>()
  readonly #swept = new Set<string>()
  /** At first a step that nobody comes to: that process tells what kinds there are. */
  #next: KillPoint | undefined = { kind: 'nothing', nth: 1 }

  constructor(wanted: readonly string[] | undefined) {
    this.#wanted = wanted
  }

  get next(): KillPoint | undefined {
    return this.#next
  }

  goOn({ kind, nth }: KillPoint, { died, kinds }: Words): void {
    const wanted = kinds.filter((known) => this.#wanted?.includes(known) ?? true)
    for (const known of wanted) this.#known.add(known)
    if (nth > MOST_STEPS) throw new Error(`no process ended by itself within ${nth} of ${kind}`)
    if (died) {
      this.met.add(kind)
      this.#next = { kind, nth: nth + 1 }
      return
    }
    this.#swept.add(kind)
    const left = [...this.#known].find((known) => !this.#swept.has(known))
    this.#next = left === undefined ? undefined : { kind: left, nth: 1 }
  }
}

async function killLot(bench: StoreBench, work: 'lease' | 'pack', plan: KillPlan): Promise<void> {
  await using fresh = await freshly(bench)
  const { store, place } = fresh
  await (await open(store, key)).append([note('first')])
  const acknowledged: string[] = []
  // Each kind begins on a new ledger: some steps are taken on young ones only.
  const kind = plan.next?.kind
  for (let n = 0; n < LOT && plan.next !== undefined && plan.next.kind === kind; n += 1) {
    const killAt = plan.next
    const name = `at ${killAt.kind} ${killAt.nth}`
    const words = await writeAndDie(bench, place, orderOf(place, { name, killAt, work }))
    acknowledged.push(...words.acknowledged)
    plan.goOn(killAt, words)
    await bench.checkPlace?.(place)
  }
  // Whoever comes next takes over from the last one, also where that one died.
  const last = await writeAndDie(bench, place, orderOf(place, { name: 'last', work }))
  allOnRecordOnce(await soundEntries(store), [...acknowledged, ...last.acknowledged])
  expect((await (await open(store, key)).state()).lease).toBeNull()
  // What a crash left out of the tree, the next append has written.
  expect(await auditFindings(store)).toEqual([])
  await bench.tidyPlace?.(place)
  await bench.checkPlace?.(place)
}

/** What a process said. */
interface Words {
  /** What it was told is on record. */
  readonly acknowledged: readonly string[]
  /** Kinds of steps that it met. */
  readonly kinds: readonly string[]
  readonly died: boolean
}

async function writeAndDie(bench: StoreBench, place: StorePlace, order: string): Promise<Words> {
  const { end, stdout, stderr } = await runProcess({
    argv: [process.execPath, bench.child, order],
    cwd: place.repository,
    env: childEnvironment(),
  })
  const words = stdout.toString().split('\n').filter(Boolean)
  const died = words.at(-1)?.startsWith(DIES) === true
  expect([end, stderr.toString()]).toEqual([
    died ? { kind: 'signalled', signal: 'SIGKILL' } : { kind: 'exited', code: 0 },
    '',
  ])
  const kinds = words.filter((word) => word.startsWith(MEETS))
  return {
    acknowledged: words.filter((word) => !word.startsWith(MEETS) && !word.startsWith(DIES)),
    kinds: kinds.map((word) => word.slice(MEETS.length)),
    died,
  }
}

function allOnRecordOnce(entries: readonly LedgerEntry[], acknowledged: readonly string[]): void {
  const tokens = entries.filter(({ kind }) => kind === 'lease.acquired').map(({ index }) => index)
  const texts = entries.flatMap(({ data }) =>
    typeof data['text'] === 'string' ? [data['text']] : [],
  )
  expect(new Set(texts).size).toBe(texts.length)
  for (const word of acknowledged) {
    const [what, token] = word.split(' ')
    if (what === 'note') expect(texts).toContain(word.slice(5))
    if (what === 'lease') expect(tokens).toContain(Number(token))
    if (what === 'released') {
      const released = entries.filter(
        ({ kind, fence }) => kind === 'lease.released' && fence === Number(token),
      )
      expect(released).toHaveLength(1)
    }
  }
}

const childEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && /^(AWS_|PG|GITHUB_)/.test(entry[0]),
    ),
  )
