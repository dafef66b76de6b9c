import { describe, expect, it } from 'vitest'
import { commitId } from '@bulkhead/vocabulary'
import { answerOf, progressLines } from '../src/answer.ts'

const COMMIT = 'a'.repeat(40)
const finding = {
  code: 'rollout/canary-failed',
  subject: 'wave 1',
  message: 'errors',
  remedy: 'mend it',
} as const

describe('the answer of rolling-deploy', () => {
  it('passes on the one ending in which every unit runs the release', () => {
    expect(
      answerOf(
        { result: 'released', plan: undefined, rollout: 7, matched: [], findings: [] },
        COMMIT,
      ),
    ).toMatchObject({
      outcome: 'passed',
      outputs: { result: 'released', commit: COMMIT, plan: '' },
    })
  })

  it.each(['refused', 'rolled-back', 'stopped', 'stuck'] as const)(
    'blocks when the release was %s',
    (result) => {
      expect(
        answerOf({ result, plan: undefined, rollout: 7, matched: [], findings: [finding] }, COMMIT),
      ).toMatchObject({ outcome: 'blocked', outputs: { result } })
    },
  )

  it('logs a decision as one line and no samples', () => {
    const decision = {
      at: 0,
      kind: 'wave',
      tone: 'bad',
      text: 'wave 1 is judged bad',
      findings: [],
    } as const
    expect(progressLines({ kind: 'decision', decision })).toEqual([
      '1970-01-01T00:00:00.000Z  wave      wave 1 is judged bad',
    ])
    const sample = {
      at: 0,
      phase: 'bake',
      release: commitId(COMMIT),
      zones: [],
      required: 1,
      healthy: 3,
      afterWorstLoss: 2,
      worstZone: 'a',
      traffic: [],
    }
    expect(progressLines({ kind: 'sample', sample })).toEqual([])
  })
})
