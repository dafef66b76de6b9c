import { runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/index.ts'
import { open } from '../log-fixture.ts'
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

/** More than any store has; a sweep that comes here never ended by itself. */
const MOST_STEPS = 2_000
/** Kills on one ledger, before a new one is begun: a sweep must not get slower as it goes on. */
const LOT = 50

/** A writer is killed before every step that the world can see, and the next one takes over. */
export function survivesKills(bench: () => StoreBench): void {
  describe('a process killed outright', () => {
    it('before any step that the world can see, loses nothing and doubles nothing; the next holder goes on', async () => {
      const { steps } = bench()
      const met = await sweep(bench(), 'lease')
      expect(met.size).toBeGreaterThan(0)
      expect([...steps].filter((step) => !met.has(step))).toEqual([])
    }, 300_000)
  })
}

/** @returns the kinds of steps that somebody died before */
export async function sweep(bench: StoreBench, work: 'lease' | 'pack'): Promise<Set<string>> {
  const met = new Set<string>()
  for (let first = 1; first < MOST_STEPS; first += LOT) {
    const lot = await killLot(bench, work, first)
    for (const step of lot.met) met.add(step)
    if (lot.ended) return met
  }
  throw new Error(`no process ended by itself within ${MOST_STEPS} steps`)
}

async function killLot(bench: StoreBench, work: 'lease' | 'pack', first: number) {
  await using fresh = await freshly(bench)
  const { store, place } = fresh
  await (await open(store, key)).append([note('first')])
  const acknowledged: string[] = []
  const met: string[] = []
  let ended = false
  for (let killAt = first; killAt < first + LOT && !ended; killAt += 1) {
    const order = orderOf(place, { name: `at step ${killAt}`, killAt, work })
    const words = await writeAndDie(bench, place, order)
    acknowledged.push(...words.filter((word) => !word.startsWith(DIES)))
    met.push(
      ...words.filter((word) => word.startsWith(DIES)).map((word) => word.slice(DIES.length)),
    )
    ended = words.at(-1)?.startsWith(DIES) !== true
    await bench.checkPlace?.(place)
  }
  // Whoever comes next takes over from the last one, also where that one died.
  const last = await writeAndDie(bench, place, orderOf(place, { name: 'last', work }))
  allOnRecordOnce(await soundEntries(store), [...acknowledged, ...last])
  expect((await (await open(store, key)).state()).lease).toBeNull()
  // What a crash left out of the tree, the next append has written.
  expect(await auditFindings(store)).toEqual([])
  await bench.tidyPlace?.(place)
  await bench.checkPlace?.(place)
  return { met, ended }
}

const DIES = 'dies before '

/** @returns what it was told is on record, and at last what it died before */
async function writeAndDie(
  bench: StoreBench,
  place: StorePlace,
  order: string,
): Promise<readonly string[]> {
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
  return words
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
