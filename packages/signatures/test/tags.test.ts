import { makeOpenPgpSigner, makeSshSigner } from '@bulkhead/testkit'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SigningRules, type VerifyTagRequest, verifyTag } from '../src/index.ts'
import { signersOf } from './openpgp-stage.ts'
import { RECEIPT, type Stage, parse, setStage, signWithSshKeygen } from './stage.ts'

// The numbers are those of annex/signature-cases.md, "Tags, bots, forge".

let stage: Stage
let commit: CommitId
beforeAll(async () => {
  stage = await setStage()
  commit = await stage.fixture.commit({ by: stage.ada, message: 'release', files: { a: 'a' } })
})
afterAll(() => stage[Symbol.asyncDispose]())

const SIGNED: SigningRules = { author: 'any', rsaBits: 2048, tags: 'signed' }
const verify = (ref: string, more: Partial<VerifyTagRequest> = {}) =>
  verifyTag({
    repository: stage.repository,
    allowedSigners: stage.allowed,
    rules: SIGNED,
    receiptTime: RECEIPT,
    ref,
    ...more,
  })
const codes = async (ref: string, more: Partial<VerifyTagRequest> = {}) => {
  const { findings, tags } = await verify(ref, more)
  return [...findings, ...tags.flatMap((tag) => tag.findings)].map(({ code }) => code)
}

let count = 0
/** `git tag --sign` by Ada, with her name as the tagger. */
async function gitTag(target: string, by = stage.ada, as = by): Promise<string> {
  const name = `v${(count += 1)}`
  const who = ['-c', `user.name=${as.name}`, '-c', `user.email=${as.email}`]
  const key = ['-c', `user.signingkey=${by.keyFile}`]
  await stage.fixture.git(...who, ...key, 'tag', '--sign', '-m', 'a release', name, target)
  return name
}

function sourceOf(name: string, object: string, type = 'commit', more = ''): string {
  const tagger = `tagger Ada <${stage.ada.email}> 1750000000 +0000`
  return `object ${object}\ntype ${type}\ntag ${name}\n${tagger}\n${more}\na release\n`
}

/** Stores any bytes as a tag under a name of its own. */
async function store(source: string, name: string): Promise<string> {
  const file = join(stage.home, 'tag')
  await writeFile(file, source, 'latin1')
  const id = await stage.fixture.git('hash-object', '-t', 'tag', '-w', '--literally', file)
  // By hand: git itself sets no ref to a tag that it cannot parse; whoever writes the folder does.
  await writeFile(join(stage.fixture.path, '.git', 'refs', 'tags', name), id)
  return `refs/tags/${name}`
}
const sign = (source: string, by = stage.ada) => source + signWithSshKeygen(source, by)
const storeSigned = (name: string, source: string) => store(sign(source), name)

const gitVerifies = (name: string) =>
  stage.fixture
    .git('-c', `gpg.ssh.allowedSignersFile=${join(stage.home, 'allowed')}`, 'verify-tag', name)
    .then(
      () => true,
      () => false,
    )

describe('a signed tag', () => {
  it('passes when an allowed person signed it as its tagger', async () => {
    const name = await gitTag(commit)
    expect(await verify(`refs/tags/${name}`)).toMatchObject({
      ref: `refs/tags/${name}`,
      commit,
      findings: [],
      tags: [
        {
          verdict: 'passed',
          name,
          tagger: stage.ada.email,
          principal: stage.ada.email,
          role: 'person',
          format: 'ssh',
        },
      ],
    })
  })

  it('is blocked by a stranger, a colleague and an expired key', async () => {
    const { ada, ben, eve } = stage
    expect(await codes(`refs/tags/${await gitTag(commit, eve)}`)).toEqual([
      'signature/unknown-signer',
    ])
    expect(await codes(`refs/tags/${await gitTag(commit, ben, ada)}`)).toEqual([
      'signature/wrong-committer',
    ])
    const allowedSigners = parse(`${ada.email} valid-before="20260101Z" ${ada.publicKey}\n`)
    expect(await codes(`refs/tags/${await gitTag(commit)}`, { allowedSigners })).toEqual([
      'signature/key-not-valid',
    ])
  })

  it('is blocked once a byte of it is another, and when it was signed for another purpose', async () => {
    const source = sourceOf('x1', commit)
    expect(await codes(await store(sign(source), 'x1'))).toEqual([])
    expect(await codes(await store(sign(source).replace('a release', 'A release'), 'x1'))).toEqual([
      'signature/invalid',
    ])
    const other = source + signWithSshKeygen(source, stage.ada, { namespace: 'file' })
    expect(await codes(await store(other, 'x1'))).toEqual(['signature/wrong-namespace'])
  })

  it('is read with OpenPGP too', async () => {
    const ada = makeOpenPgpSigner('Ada')
    const openPgpSigners = await signersOf(ada.certificate)
    const source = sourceOf('pgp1', commit)
    const ref = await store(source + ada.sign(Buffer.from(source)), 'pgp1')
    expect(await codes(ref, { openPgpSigners })).toEqual([])
    expect(await codes(ref)).toEqual(['signature/unsupported'])
    const stranger = await signersOf(makeOpenPgpSigner('Ada').certificate)
    expect(await codes(ref, { openPgpSigners: stranger })).toEqual(['signature/unknown-signer'])
  })

  it('counts in a SHA-256 repository', async () => {
    await using other = await setStage('sha256')
    const { ada, fixture, repository, allowed } = other
    const head = await fixture.commit({ by: ada, message: 'x' })
    const key = ['-c', `user.signingkey=${ada.keyFile}`]
    const who = ['-c', `user.name=A`, '-c', `user.email=${ada.email}`]
    await fixture.git(...who, ...key, 'tag', '--sign', '-m', 'm', 'v1')
    const more = { repository, allowedSigners: allowed }
    expect(await verify('refs/tags/v1', more)).toMatchObject({
      commit: head,
      tags: [{ verdict: 'passed' }],
    })
    expect(await codes('refs/tags/v1', { ...more, allowedSigners: stage.allowed })).toEqual([
      'signature/unknown-signer',
    ])
  })

  it('of the forge is nobody’s, unless the policy says any', async () => {
    const host = makeSshSigner('Host')
    const roles = { name: 'host', role: 'forge', committers: [stage.ada.email] } as const
    const [line] = [`${stage.ada.email} ${host.publicKey}\n`]
    const allowedSigners = parse(line, [roles])
    const source = sourceOf('f1', commit)
    const ref = await store(source + host.sign(Buffer.from(source)), 'f1')
    expect(await codes(ref, { allowedSigners })).toEqual(['signature/forge-not-a-merge'])
    expect(await codes(ref, { allowedSigners, rules: { ...SIGNED, forge: 'any' } })).toEqual([])
    expect(await codes(ref, { allowedSigners: parse(line) })).toEqual([])
  })
})

describe('66 a tag under another name', () => {
  it('is blocked, which git verify-tag passes', async () => {
    const name = await gitTag(commit)
    await stage.fixture.git('update-ref', 'refs/tags/v9.9.9', `refs/tags/${name}`)
    await writeFile(join(stage.home, 'allowed'), `${stage.ada.email} ${stage.ada.publicKey}\n`)
    expect(await gitVerifies('v9.9.9')).toBe(true)
    const { tags } = await verify('refs/tags/v9.9.9')
    expect(tags[0]?.findings).toMatchObject([
      {
        code: 'signature/tag-renamed',
        remedy: expect.stringContaining(`git tag --sign --force v9.9.9 ${commit}`),
      },
    ])
    expect(await codes(`refs/tags/${name}`)).toEqual([])
  })

  it('is blocked when unsigned as well', async () => {
    const ref = await store(sourceOf('v1', commit), 'v1-copy')
    expect(await codes(ref, { rules: { ...SIGNED, tags: 'any' } })).toEqual([
      'signature/tag-renamed',
    ])
    const same = await store(sourceOf('v1-same', commit), 'v1-same')
    expect(await codes(same, { rules: { ...SIGNED, tags: 'any' } })).toEqual([])
  })
})

describe('67 what a tag comes to', () => {
  it('follows tags of tags, and judges each of them', async () => {
    const inner = await gitTag(commit)
    const outer = await gitTag(`refs/tags/${inner}`)
    expect(await verify(`refs/tags/${outer}`)).toMatchObject({
      commit,
      findings: [],
      tags: [{ name: outer }, { name: inner }],
    })
    const strange = await gitTag(commit, stage.eve)
    const around = await gitTag(`refs/tags/${strange}`)
    expect(await codes(`refs/tags/${around}`)).toEqual(['signature/unknown-signer'])
    const ref = await store(sourceOf('unsigned-inner', commit), 'unsigned-inner')
    expect(await codes(`refs/tags/${await gitTag(ref)}`)).toEqual(['signature/tag-unsigned'])
  })

  it('blocks a tag of a tree, of a blob, and tags without end', async () => {
    const ids = await Promise.all(
      [`${commit}^{tree}`, `${commit}:a`].map((name) => stage.fixture.git('rev-parse', name)),
    )
    const [tree = '', blob = ''] = ids.map((id) => id.trim())
    for (const ref of [
      await storeSigned('t1', sourceOf('t1', tree, 'tree')),
      await storeSigned('b1', sourceOf('b1', blob, 'blob')),
    ]) {
      expect(await codes(ref)).toEqual(['signature/tag-target'])
      expect(await verify(ref)).toMatchObject({ commit: undefined })
    }
    let deep: string = commit
    for (let depth = 0; depth < 10; depth += 1) {
      const type = depth === 0 ? 'commit' : 'tag'
      const ref = await storeSigned(`deep-${depth}`, sourceOf(`deep-${depth}`, deep, type))
      deep = (await stage.fixture.git('rev-parse', ref)).trim()
      expect(await codes(ref)).toEqual(depth < 8 ? [] : ['signature/tag-target'])
    }
  })

  it('blocks a tag that lies about its object, and one of another commit than the one that is meant', async () => {
    const name = await gitTag(commit)
    const id = (await stage.fixture.git('rev-parse', `refs/tags/${name}`)).trim()
    const lying = await storeSigned('l1', sourceOf('l1', commit, 'tag'))
    expect(await codes(lying)).toEqual(['signature/tag-target'])
    expect(await codes(await storeSigned('l2', sourceOf('l2', id, 'commit')))).toEqual([
      'signature/tag-target',
    ])
    const other = await stage.fixture.commit({ by: stage.ada, message: 'other' })
    expect(await codes(`refs/tags/${name}`, { expected: other })).toEqual(['signature/tag-target'])
    expect(await codes(`refs/tags/${name}`, { expected: commit })).toEqual([])
  })
})

describe('a tag that nobody signed', () => {
  it('is blocked where tags must be signed, lightweight or not', async () => {
    await stage.fixture.git('tag', 'light', commit)
    const ref = await store(sourceOf('plain', commit), 'plain')
    for (const tag of ['refs/tags/light', ref]) {
      expect(await codes(tag)).toEqual(['signature/tag-unsigned'])
      expect(await codes(tag, { rules: undefined })).toEqual(['signature/tag-unsigned'])
      expect(await codes(tag, { rules: { ...SIGNED, tags: 'any' } })).toEqual([])
    }
  })

  it('may stay so, but a bad signature is never the same as none', async () => {
    const ref = await store(sign(sourceOf('bad', commit), stage.eve), 'bad')
    expect(await codes(ref, { rules: { ...SIGNED, tags: 'any' } })).toEqual([
      'signature/unknown-signer',
    ])
  })
})

describe('the bytes of a tag', () => {
  const id = 'a'.repeat(40)
  it.each([
    ['a further header', (s: string) => s.replace('\n\n', '\nnote x\n\n')],
    ['a second object', (s: string) => s.replace('type', `object ${id}\ntype`)],
    ['headers in another order', (s: string) => s.replace(/(tag .*\n)(tagger .*\n)/, '$2$1')],
    ['no tagger', (s: string) => s.replace(/tagger .*\n/, '')],
    ['a malformed tagger', (s: string) => s.replace('1750000000', 'yesterday')],
    ['a NUL', (s: string) => s.replace('release', 'rel\0ease')],
    ['a short id', (s: string) => s.replace(/^object ...../, 'object ')],
    ['an unknown type', (s: string) => s.replace('type commit', 'type cummit')],
    ['no blank line', (s: string) => s.replace('\n\n', '\n')],
  ])('must be as git writes them: not %s', async (_, change) => {
    const source = sourceOf('odd', commit)
    expect(await codes(await storeSigned('odd', source))).toEqual([])
    expect(await codes(await storeSigned('odd', change(source)))).toEqual(['git/malformed-object'])
  })

  it('hold one signature with nothing after it', async () => {
    const signed = sign(sourceOf('one', commit))
    expect(await codes(await store(sign(signed), 'one'))).toEqual(['signature/multiple'])
    expect(await codes(await store(`${signed}more\n`, 'one'))).toEqual(['signature/malformed'])
    expect(await codes(await store(`${signed}\n`, 'one'))).toEqual(['signature/malformed'])
    expect(await codes(await store(signed, 'one'))).toEqual([])
    const header = sourceOf('one', commit, 'commit', 'gpgsig-sha256 x\n')
    expect(await codes(await store(sign(header), 'one'))).toEqual(['git/malformed-object'])
  })
})

it('28 a tag is found by its full name alone', async () => {
  const name = await gitTag(commit)
  await stage.fixture.git('branch', name, commit)
  expect(await verify(`refs/tags/${name}`)).toMatchObject({ commit })
  for (const ref of [name, `refs/heads/${name}`, 'refs/tags/absent', 'refs/tags/a..b'])
    await expect(verify(ref)).rejects.toBeInstanceOf(InputError)
})

it('is judged as the object that the caller names, wherever the ref has moved since', async () => {
  const name = await gitTag(commit)
  const object = (await stage.fixture.git('rev-parse', `refs/tags/${name}`)).trim()
  await stage.fixture.git('update-ref', `refs/tags/${name}`, commit)
  expect(await codes(`refs/tags/${name}`)).toEqual(['signature/tag-unsigned'])
  expect(await codes(`refs/tags/${name}`, { object })).toEqual([])
})
