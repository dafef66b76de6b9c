import { sealStatement, sha256 } from '@bulkhead/envelope'
import { commitId, treeId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type BuildRecord, openBuildRecord, signBuildRecord } from '../src/index.ts'
import { at, keyPair } from './attest-fixture.ts'

const builder = keyPair('builder.pub')
const stranger = keyPair('stranger.pub')
const record: BuildRecord = {
  commit: commitId('a'.repeat(40)),
  tree: treeId('b'.repeat(40)),
  command: ['npm', 'run', 'build'],
  startedAt: at(-2),
  endedAt: at(-1),
  artifacts: [{ name: 'dist/app.tgz', digest: sha256('app'), bytes: 3 }],
}
const subject = [
  { name: 'dist/app.tgz', digest: { sha256: sha256('app').slice(7) } },
  { name: 'commit', digest: { gitCommit: record.commit } },
]
const predicateType = 'https://bulkhead.dev/build-record/v1'
const seal = (changes: object, rest: object = {}) =>
  sealStatement(
    { subject, predicateType, predicate: { ...record, ...changes }, ...rest },
    builder.signer,
  )

describe('a build record', () => {
  it('comes back as it was signed, with the same bytes every time', async () => {
    const bytes = await signBuildRecord(record, builder.signer)
    expect(openBuildRecord(bytes, [stranger.key, builder.key])).toEqual({
      kind: 'opened',
      record,
      digest: sha256(bytes),
      signer: 'builder.pub',
    })
    expect(await signBuildRecord(record, builder.signer)).toEqual(bytes)
    expect(await seal({})).toEqual(bytes)
  })

  it('without a command, for artifacts that lie in the commit, is one too', async () => {
    expect(openBuildRecord(await seal({ command: [] }), [builder.key]).kind).toBe('opened')
  })

  it.each<readonly [string, object]>([
    ['an unknown member', { reproducible: true }],
    ['no tree', { tree: undefined }],
    ['a tree that is no id', { tree: 'main' }],
    ['a command line instead of an argv', { command: 'npm run build' }],
    ['a negative size', { artifacts: [{ ...record.artifacts[0], bytes: -1 }] }],
    [
      'a digest in another algorithm',
      { artifacts: [{ ...record.artifacts[0], digest: `sha1:${'0'.repeat(40)}` }] },
    ],
    ['another commit than its subject', { commit: 'c'.repeat(40) }],
    [
      'other bytes than its subject',
      { artifacts: [{ ...record.artifacts[0], digest: sha256('other') }] },
    ],
    [
      'an artifact that is no subject',
      { artifacts: [...record.artifacts, { name: 'x', digest: sha256('x'), bytes: 1 }] },
    ],
  ])('is refused with %s', async (_name, changes) => {
    expect(openBuildRecord(await seal(changes), [builder.key])).toMatchObject({
      kind: 'refused',
      findings: [{ code: 'gate/unbound-artifact' }],
    })
  })

  it('is refused with an artifact twice, or as a statement of another type', async () => {
    const twice = { artifacts: [...record.artifacts, ...record.artifacts] }
    const statement = { subject: [...subject.slice(0, 1), ...subject] }
    expect(openBuildRecord(await seal(twice, statement), [builder.key]).kind).toBe('refused')
    const type = { predicateType: 'https://slsa.dev/provenance/v1' }
    expect(openBuildRecord(await seal({}, type), [builder.key]).kind).toBe('refused')
  })

  it('is refused by a stranger, edited, or when nobody is trusted', async () => {
    const bytes = await signBuildRecord(record, stranger.signer)
    expect(openBuildRecord(bytes, [builder.key]).kind).toBe('refused')
    expect(openBuildRecord(bytes, []).kind).toBe('refused')
    expect(openBuildRecord(Buffer.from('{}'), [builder.key]).kind).toBe('refused')
    expect(openBuildRecord(bytes, [stranger.key]).kind).toBe('opened')
  })
})
