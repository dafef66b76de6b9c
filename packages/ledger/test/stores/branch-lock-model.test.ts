import { describe, expect, it } from 'vitest'
import {
  type Cleaning,
  type LockState,
  beginning,
  brokenBy,
  isQuiet,
  movesOf,
  nextGoesOn,
} from './branch-lock-model.ts'

/** Visits every reachable state once. @returns how many there are, and the law that some step breaks */
function explore(writers: number, cleaning: Cleaning) {
  const first = beginning(writers)
  const known = new Set([JSON.stringify(first)])
  const open: LockState[] = [first]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const next of movesOf(state, cleaning)) {
      const broken = brokenBy(state, next) ?? strandedAt(next, cleaning)
      if (broken !== undefined) return { states: known.size, broken }
      const key = JSON.stringify(next)
      if (known.has(key)) continue
      known.add(key)
      open.push(next)
    }
  }
  return { states: known.size, broken: undefined }
}

const strandedAt = (state: LockState, cleaning: Cleaning) =>
  isQuiet(state) && !nextGoesOn(state, cleaning) ? 'the next one does not go on' : undefined

describe.each([2, 3])('the lock of a branch, in every reachable state of %i writers', (writers) => {
  it('loses nothing, tells each the truth, has an owner, and stops nobody who comes later, wherever they are killed', () => {
    const { states, broken } = explore(writers, 'by the record')
    process.stdout.write(`${writers} writers: ${states} states\n`)
    expect(broken).toBeUndefined()
  }, 120_000)

  it('stops whoever comes later where dead locks stay', () => {
    expect(explore(writers, 'never').broken).toBe('the next one does not go on')
  })
})

it('loses what was appended where each of several takes away the lock that it saw was dead', () => {
  expect(explore(3, 'by whoever sees it').broken).toMatch(/lost what it had|not there|not told/)
}, 120_000)
