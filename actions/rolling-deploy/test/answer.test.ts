import { describe, expect, it } from 'vitest'
import { type QueuedShipResult, type ShipResult, progressLines } from '@bulkhead/release'
import { commitId } from '@bulkhead/vocabulary'
import { type Beside, answerOf } from '../src/answer.ts'

const COMMIT = 'a'.repeat(40)
const finding = {
  code: 'rollout/canary-failed',
  subject: 'wave 1',
  message: 'errors',
  remedy: 'mend it',
} as const

const shipped = (over: Partial<ShipResult>): QueuedShipResult => ({
  kind: 'shipped',
  commit: commitId(COMMIT),
  carries: [],
  why: '',
  passed: [],
  shipped: {
    result: 'released',
    plan: undefined,
    rollout: 7,
    matched: [],
    findings: [],
    ...over,
  },
})
const beside: Beside = {
  decisions: [],
  page: { file: '/pages/7.html', findings: [] },
  undelivered: [],
}

describe('the answer of rolling-deploy', () => {
  it('passes on the one ending in which every unit runs the release', () => {
    expect(answerOf(shipped({}), beside)).toMatchObject({
      outcome: 'passed',
      outputs: {
        result: 'released',
        commit: COMMIT,
        plan: '',
        rollout: '7',
        report: '/pages/7.html',
      },
    })
  })

  it.each(['refused', 'rolled-back', 'stopped', 'stuck'] as const)(
    'blocks when the release was %s',
    (result) => {
      expect(answerOf(shipped({ result, findings: [finding] }), beside)).toMatchObject({
        outcome: 'blocked',
        outputs: { result },
      })
    },
  )

  it('says what people were not told, and passes all the same', () => {
    const untold = {
      code: 'notify/undelivered',
      subject: 'GitHub deployment',
      message: 'answered 403',
      remedy: 'give the permission',
    } as const
    const answer = answerOf(shipped({ undelivered: [{ ...untold, subject: 'slack' }] }), {
      ...beside,
      undelivered: [untold],
    })
    expect(answer).toMatchObject({ outcome: 'passed', findings: [] })
    expect(answer.tables?.[0]?.rows.map(([subject]) => subject)).toEqual([
      { untrusted: 'slack' },
      { untrusted: 'GitHub deployment' },
    ])
  })

  it('has the timeline in its order, batches left out, with the reasons', () => {
    const at = Date.UTC(2026, 0, 1, 3, 4, 5)
    const plain = { at, tone: 'plain', findings: [], region: 'eu' } as const
    const answer = answerOf(shipped({ result: 'rolled-back' }), {
      ...beside,
      decisions: [
        { ...plain, kind: 'started', text: 'a to production' },
        { ...plain, kind: 'batch', text: 'placed eu/a/1' },
        { ...plain, kind: 'wave', tone: 'bad', text: 'canary: bad: errors' },
        { ...plain, kind: 'rollback', tone: 'bad', text: 'back to b', findings: [finding] },
      ],
    })
    const [table] = answer.tables ?? []
    expect(table?.rows.map(([time, , what, , why]) => [time, what, why])).toEqual([
      ['03:04:05', '· started', { untrusted: 'a to production' }],
      ['03:04:05', '⛔ wave judged', { untrusted: 'canary: bad: errors' }],
      ['03:04:05', '⛔ rolling back', { untrusted: 'back to b; [rollout/canary-failed] errors' }],
    ])
  })

  it('passes when nothing waits in the queue, and blocks when all of it is held', () => {
    expect(answerOf({ kind: 'idle' }, beside)).toMatchObject({
      outcome: 'passed',
      outputs: { result: 'idle', commit: '', rollout: '', report: '' },
    })
    expect(answerOf({ kind: 'held', findings: [finding] }, beside)).toMatchObject({
      outcome: 'blocked',
      findings: [finding],
      outputs: { result: 'held' },
    })
  })

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
