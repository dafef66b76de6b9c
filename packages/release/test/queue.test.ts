import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type QueueOnRecord, type QueuedRelease, foldEnvironment } from '@bulkhead/ledger'
import { type Ancestry, type NextTrain, nextTrain } from '@bulkhead/rollout'
import { type CommitId, commitId, digest } from '@bulkhead/vocabulary'
import { EnvironmentFold, type FoldMemory } from '../../ledger/src/state/environment-fold.ts'
import { LegalLog } from './support/legal-log.ts'

const commitAt = (at: number): CommitId => commitId(at.toString(16).padStart(40, '0'))

/** A straight history: every commit contains those with a smaller number. */
const numberOf = (commit: CommitId): number => Number.parseInt(commit, 16)
const straight = (ejected: readonly CommitId[], fix?: number): Ancestry => ({
  contains: (descendant, ancestor) => numberOf(descendant) >= numberOf(ancestor),
  containsCulprit: (commit) => ejected.find((one) => numberOf(commit) >= numberOf(one)),
  lacksFix: (commit) => (fix === undefined || numberOf(commit) >= fix ? undefined : 7),
})

const choose = (queue: QueueOnRecord, coalesce = 8): NextTrain =>
  nextTrain(queue, straight(queue.ejected.map(({ commit }) => commit)), coalesce)

function shipping(train: NextTrain): NextTrain & { kind: 'ship' } {
  if (train.kind !== 'ship') throw new Error(`nothing ships: ${train.kind}`)
  return train
}

const numbersOf = (releases: readonly Pick<QueuedRelease, 'commit'>[]): readonly number[] =>
  releases.map(({ commit }) => numberOf(commit))

/** An environment in which rollouts of the queue go well unless they carry a bad commit. */
class Line {
  readonly #log = new LegalLog()
  readonly #bad: ReadonlySet<number>
  rollouts = 0

  constructor(bad: readonly number[] = []) {
    this.#bad = new Set(bad)
  }

  get entries() {
    return this.#log.entries
  }

  get queue(): QueueOnRecord {
    return foldEnvironment(this.#log.entries).queue
  }

  add(at: number, place: 'pinned' | 'newest-wins' = 'newest-wins'): void {
    const release = releaseAt(at)
    this.#log.append({ kind: 'gate.verdict', release, data: { outcome: 'PASS' } })
    this.#log.append({ kind: 'queue.added', release, data: { place } })
  }

  /** One rollout of what is next. */
  roll(coalesce = 8): readonly number[] {
    const { train, carries, release } = this.#take(coalesce)
    const isBad = numbersOf(carries).some((at) => this.#bad.has(at))
    const result = isBad ? 'rolled-back' : 'released'
    this.#deploy(release, result)
    this.#log.append({ kind: 'queue.settled', data: { of: train, result } })
    this.rollouts += 1
    return numbersOf(carries)
  }

  #take(coalesce: number) {
    const { head, carries, why } = shipping(choose(this.queue, coalesce))
    const release = releaseAt(numberOf(head.commit))
    const items = carries.map(({ id }) => id)
    const train = this.#log.append({ kind: 'queue.taken', release, data: { items, why } })
    return { train, carries, release }
  }

  #deploy(release: ReturnType<typeof releaseAt>, result: 'released' | 'rolled-back'): void {
    const fence = this.#log.append({ kind: 'lease.acquired', data: leaseData })
    this.#log.append({ kind: 'deploy.started', release, fence, data: {} })
    if (result === 'rolled-back')
      this.#log.append({ kind: 'rollback.started', release, fence, data: {} })
    this.#log.append({ kind: 'deploy.finished', release, fence, data: { result } })
    this.#log.append({ kind: 'lease.released', fence, data: {} })
  }

  /** A rollout that ends without an answer. */
  stop(): void {
    const { train } = this.#take(8)
    this.#log.append({ kind: 'queue.settled', data: { of: train, result: 'other' } })
  }
}

const leaseData = { region: 'r', holder: 'h', ttlMs: 1, takesOver: null }
const releaseAt = (at: number) => ({
  commit: commitAt(at),
  artifacts: [{ name: 'app', digest: digest(`sha256:${at.toString(16).padStart(64, '0')}`) }],
})

describe('what ships next', () => {
  it('is the newest of those that wait, with all that it contains', () => {
    const line = new Line()
    for (const at of [1, 2, 3]) line.add(at)
    expect(line.roll()).toEqual([1, 2, 3])
    expect(choose(line.queue)).toEqual({ kind: 'empty' })
  })

  it('carries at most so many', () => {
    const line = new Line()
    for (const at of [1, 2, 3, 4, 5]) line.add(at)
    expect([line.roll(2), line.roll(2), line.roll(2)]).toEqual([[1, 2], [3, 4], [5]])
  })

  it('passes over no pinned release, and takes what it contains along', () => {
    const line = new Line()
    line.add(1)
    line.add(2, 'pinned')
    line.add(3)
    expect([line.roll(), line.roll()]).toEqual([[1, 2], [3]])
  })

  it('is not what came out of order: a newer commit that came first carries the older one', () => {
    const line = new Line()
    line.add(5)
    line.add(3)
    expect(line.roll()).toEqual([3, 5])
  })

  it('is tried again after a rollout that said nothing', () => {
    const line = new Line()
    line.add(1)
    line.stop()
    expect(line.queue.waiting).toMatchObject([{ tries: 1 }])
    expect(line.roll()).toEqual([1])
  })
})

describe('a bad batch', () => {
  it('is rolled back whole, its culprit found by halving, the rest shipped or held (failure 59)', () => {
    const line = new Line([3])
    for (const at of [1, 2, 3, 4]) line.add(at)
    expect(line.roll()).toEqual([1, 2, 3, 4])
    expect(numbersOf(line.queue.suspects)).toEqual([1, 2, 3, 4])
    expect(line.roll()).toEqual([1, 2])
    expect(line.roll()).toEqual([3])
    expect(numbersOf(line.queue.ejected)).toEqual([3])
    expect(choose(line.queue)).toEqual({
      kind: 'held',
      held: [{ commit: commitAt(4), by: { kind: 'culprit', commit: commitAt(3) } }],
    })
  })

  it('of one is ejected at once', () => {
    const line = new Line([1])
    line.add(1)
    line.roll()
    expect(numbersOf(line.queue.ejected)).toEqual([1])
  })

  it('does not keep out what came meanwhile and does not contain it', () => {
    const line = new Line([2])
    line.add(2)
    line.roll()
    line.add(1)
    expect(line.roll()).toEqual([1])
  })

  it('finds every culprit in about log₂ rollouts, and ships every commit before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(), (count, seed) => {
        const culprit = (seed % count) + 1
        const line = new Line([culprit])
        for (let at = 1; at <= count; at += 1) line.add(at)
        const shipped: number[] = []
        for (let round = 0; choose(line.queue, 16).kind === 'ship'; round += 1) {
          expect(round).toBeLessThan(2 + Math.ceil(Math.log2(count)) * 2)
          shipped.push(...line.roll(16))
        }
        expect(numbersOf(line.queue.ejected)).toEqual([culprit])
        for (let at = 1; at < culprit; at += 1) expect(shipped).toContain(at)
        expect(line.queue.suspects).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('keeps nobody waiting for ever: whoever waits longest is in the next rollout (failure 52)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (commits, coalesce) => {
          const line = new Line()
          for (const at of new Set(commits)) line.add(at)
          const [longest] = line.queue.waiting
          expect(line.roll(coalesce)).toContain(numberOf(longest?.commit ?? commitAt(0)))
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('while a fix is out that not all of them have', () => {
  /** The fix is commit `fix`: what has a smaller number lacks it. */
  const next = (line: Line, fix: number) => nextTrain(line.queue, straight([], fix), 8)

  it('what lacks it is carried by what has it, and never ships itself', () => {
    const line = new Line()
    for (const at of [1, 2, 6]) line.add(at)
    const train = shipping(next(line, 5))
    expect(numberOf(train.head.commit)).toBe(6)
    expect(numbersOf(train.carries)).toEqual([1, 2, 6])
    expect(train.passed).toEqual([])
  })

  it('what nothing carries is passed over, with the reason; the others go on', () => {
    const line = new Line()
    for (const at of [1, 6]) line.add(at)
    const aside: Ancestry = {
      ...straight([], 5),
      contains: (descendant, ancestor) => descendant === ancestor,
    }
    const train = shipping(nextTrain(line.queue, aside, 8))
    expect(numbersOf(train.carries)).toEqual([6])
    expect(train.passed).toEqual([{ commit: commitAt(1), by: { kind: 'fix', hotfix: 7 } }])
  })

  it('nothing ships while all lack it', () => {
    const line = new Line()
    line.add(1)
    expect(next(line, 5)).toEqual({
      kind: 'held',
      held: [{ commit: commitAt(1), by: { kind: 'fix', hotfix: 7 } }],
    })
  })

  it('whatever waits: no head lacks the fix, and nothing is lost from sight', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 31 }),
        (numbers, fix) => {
          const line = new Line()
          for (const at of numbers) line.add(at)
          const train = next(line, fix)
          if (train.kind !== 'ship') return numbers.every((at) => at < fix)
          const seen = [...numbersOf(train.carries), ...numbersOf(train.passed)]
          return (
            numberOf(train.head.commit) >= fix &&
            numbers.every((at) => at >= fix || seen.includes(at))
          )
        },
      ),
    )
  })
})

it('a verification that goes on from any earlier one says the same of the queue', () => {
  const line = new Line([2])
  for (const at of [1, 2, 3, 4]) line.add(at, at === 1 ? 'pinned' : 'newest-wins')
  line.stop()
  while (choose(line.queue).kind === 'ship') line.roll()
  line.add(5)
  const whole = foldEnvironment(line.entries).queue
  expect(whole.ejected).toHaveLength(1)
  for (let cut = 0; cut <= line.entries.length; cut += 1) {
    const earlier = new EnvironmentFold()
    for (const entry of line.entries.slice(0, cut)) earlier.apply(entry)
    // What is kept between two verifications is a file.
    const memory: FoldMemory = JSON.parse(JSON.stringify(earlier.memory()))
    const later = EnvironmentFold.resume(memory)
    for (const entry of line.entries.slice(cut)) {
      expect(later.objection(entry)).toBeUndefined()
      later.apply(entry)
    }
    expect(later.state().queue).toEqual(whole)
  }
})

describe('the record refuses', () => {
  const log = () => new LegalLog()
  const added = { kind: 'queue.added', release: releaseAt(1), data: { place: 'pinned' } } as const

  it('to queue what has no PASS', () => {
    expect(() => log().append(added)).toThrow('no PASS about')
  })

  it('to take out what is not there, or without a reason', () => {
    const data = { item: 7, reason: 'gone' }
    expect(() => log().append({ kind: 'queue.removed', data })).toThrow('is not in the queue')
    const silent = { item: 7, reason: ' ' }
    expect(() => log().append({ kind: 'queue.removed', data: silent })).toThrow('needs a reason')
  })

  it('to take what does not wait, or twice', () => {
    const one = log()
    const release = releaseAt(1)
    const taken = (items: readonly number[]) =>
      one.append({ kind: 'queue.taken', release, data: { items, why: 'it is next' } })
    expect(() => taken([1])).toThrow('does not wait')
    one.append({ kind: 'gate.verdict', release, data: { outcome: 'PASS' } })
    const id = one.append({ kind: 'queue.added', release, data: { place: 'newest-wins' } })
    expect(() => taken([id, id])).toThrow('does not wait')
    expect(() => taken([])).toThrow('does not wait')
    taken([id])
    expect(() => taken([id])).toThrow('does not wait')
  })

  it('to call shipped what did not become fully good', () => {
    const one = log()
    const release = releaseAt(1)
    one.append({ kind: 'gate.verdict', release, data: { outcome: 'PASS' } })
    const id = one.append({ kind: 'queue.added', release, data: { place: 'newest-wins' } })
    const of = one.append({ kind: 'queue.taken', release, data: { items: [id], why: 'next' } })
    const settle = (result: string) => one.append({ kind: 'queue.settled', data: { of, result } })
    expect(() => settle('released')).toThrow('did not become fully good')
    settle('other')
    expect(() => settle('other')).toThrow('nothing is on its way')
  })
})
