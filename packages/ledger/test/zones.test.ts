import { type Digest, digest, fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type EntryDraft, EnvironmentFold } from '../src/index.ts'
import { ACTORS } from './log-fixture.ts'

const lease = (region = 'eu'): EntryDraft => ({
  kind: 'lease.acquired',
  actors: ACTORS,
  data: { region, holder: 'ada', ttlMs: 1_000, takesOver: null },
})

const zone = (
  kind: 'zone.shifted' | 'zone.restored',
  step: unknown,
  change: Partial<EntryDraft> & { readonly data?: object } = {},
): EntryDraft => ({
  kind,
  fence: fencingToken(0),
  actors: ACTORS,
  ...change,
  data: { region: 'eu', zone: 'a', reason: 'racks are moved', step, ...change.data },
})
const shifted = zone.bind(undefined, 'zone.shifted')
const restored = zone.bind(undefined, 'zone.restored')

/** Folds a log that begins with a lease of `eu` under token 0. @returns what was refused, and the state */
function fold(...drafts: readonly EntryDraft[]) {
  const log = new EnvironmentFold()
  const refused: string[] = []
  for (const [index, draft] of [lease(), ...drafts].entries()) {
    const at = `2026-01-31T12:00:0${index}.000Z`
    const head: Digest = digest(`sha256:${String(index).repeat(64)}`)
    const entry = { ...draft, index, at, digest: head }
    const objection = log.objection(entry)
    if (objection === undefined) log.apply(entry)
    else refused.push(objection)
  }
  return { refused, log, shifted: log.state().shifted }
}

const away = {
  region: 'eu',
  zone: 'a',
  by: 'git:ada',
  reason: 'racks are moved',
  at: '2026-01-31T12:00:01.000Z',
  index: 1,
}

describe('a zone whose traffic is shifted away', () => {
  it('is away from its intent on, with who said so and why', () => {
    expect(fold(shifted('intended'))).toMatchObject({
      refused: [],
      shifted: [{ ...away, done: false, returning: false }],
    })
    expect(fold(shifted('intended'), shifted('done')).shifted).toEqual([
      { ...away, done: true, returning: false },
    ])
  })

  it('stays so until its restoration is done', () => {
    const begun = fold(shifted('intended'), shifted('done'), restored('intended'))
    expect(begun.shifted).toEqual([{ ...away, done: true, returning: true }])
    const ended = fold(shifted('intended'), restored('intended'), restored('done'))
    expect([ended.refused, ended.shifted]).toEqual([[], []])
  })

  it('keeps who shifted it first when it is shifted again', () => {
    const other = [{ provider: 'git', id: 'bob', role: 'deployer' }]
    const again = shifted('intended', { actors: other, data: { reason: 'still' } })
    expect(fold(shifted('intended'), restored('intended'), again).shifted).toEqual([
      { ...away, done: false, returning: false },
    ])
  })

  it('may be restored without being on record: somebody else may have shifted it', () => {
    expect(fold(restored('intended'), restored('done'))).toMatchObject({ refused: [], shifted: [] })
  })

  it.each<[string, EntryDraft, string]>([
    ['without a reason', shifted('intended', { data: { reason: ' ' } }), 'needs a reason'],
    ['by nobody', shifted('intended', { actors: [] }), 'nobody is named who did it'],
    ['that is named nowhere', shifted('intended', { data: { zone: '' } }), 'it names no zone'],
    ['of another region', shifted('intended', { data: { region: 'us' } }), 'its lease is of eu'],
    ['without a lease', shifted('intended', { fence: fencingToken(7) }), 'token 7 is not live'],
    ['at once', shifted('done'), 'not intended before'],
    ['in a third way', shifted('begun'), 'its data are not those of a zone'],
    ['restored by nobody', restored('intended', { actors: [] }), 'nobody is named who did it'],
  ])('is refused %s', (_, draft, why) => {
    const { refused } = fold(draft)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toContain(why)
  })

  it('is not restored at once', () => {
    expect(fold(shifted('intended'), restored('done')).refused).toEqual([
      'it was not intended before it was done',
    ])
  })

  it('is kept between two verifications, and forgotten with an entry that no longer counts', () => {
    const { log } = fold(shifted('intended'))
    const kept = EnvironmentFold.resume(log.memory())
    expect(kept.state().shifted).toEqual(log.state().shifted)
    const { zones: _, ...before } = log.memory()
    expect(EnvironmentFold.resume(before).state().shifted).toEqual([])
    const copy = log.fork()
    copy.takeBack({ indexes: [1], from: 1, more: false })
    expect([copy.state().shifted, log.state().shifted.length]).toEqual([[], 1])
  })
})
