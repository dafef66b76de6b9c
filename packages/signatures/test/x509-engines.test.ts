import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { type GitFixture, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { commitId } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyRange } from '../src/index.ts'
import { armorCms } from './cms.ts'
import { octets, pem } from './der.ts'
import { PLAIN, sshSigners } from './openpgp-stage.ts'
import {
  type Holder,
  authority,
  certificatesPem,
  emails,
  extension,
  issue,
  keyIdOf,
  makeIntermediate,
  makeRoot,
  makeSigner,
  usage,
} from './pki.ts'
import { codesOf, withSignature } from './stage.ts'
import { EMAIL, judgeX509, trustOf } from './x509-stage.ts'

const OPENSSL = 'openssl'
const GPGCONF = 'gpgconf'
const absent = (program: string) =>
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  spawnSync(program, ['version']).error !== undefined

const root = makeRoot('Root', { kind: 'rsa' })
const middle = makeIntermediate(root)
const trust = trustOf([root])

let folder: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  folder = await temporaryDirectory('x509-')
})
afterAll(() => folder[Symbol.asyncDispose]())

const file = async (name: string, content: string | Buffer) => {
  const path = join(folder.path, name)
  await writeFile(path, content)
  return path
}
const keyPem = ({ privateKey }: Holder): string =>
  privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const openssl = (argv: readonly string[], input?: Buffer): Buffer =>
  execFileSync(OPENSSL, argv, { stdio: ['pipe', 'pipe', 'pipe'], ...(input && { input }) })

describe.skipIf(absent(OPENSSL))('what openssl cms signs', () => {
  const judged = async (by: Holder, ...more: readonly string[]) => {
    const others = await file('others.pem', certificatesPem(middle, root))
    const base = ['cms', '-sign', '-binary', '-outform', 'DER', ...(await signerFiles(by))]
    const der = openssl([...base, '-certfile', others, ...more], Buffer.from(PLAIN))
    return codesOf(judgeX509(withSignature(PLAIN, armorCms(der)), trust))
  }
  const ada = makeSigner(middle, EMAIL)
  const rsa = makeSigner(middle, EMAIL, { kind: 'rsa' })

  it('passes, with every kind of key and hash that is accepted', async () => {
    for (const kind of ['p256', 'p384', 'p521', 'rsa'] as const) {
      const by = makeSigner(middle, EMAIL, { kind })
      expect(await judged(by)).toEqual([])
      expect(await judged(by, '-md', 'sha512')).toEqual([])
    }
    expect(await judged(rsa, '-keyopt', 'rsa_padding_mode:pss')).toEqual([])
  })

  it('passes when it names the signer by key', async () => {
    const extensions = [emails(EMAIL), extension('2.5.29.14', octets(keyIdOf(rsa)))]
    const by = makeSigner(middle, EMAIL, { extensions, keysOf: rsa })
    expect(await judged(by, '-keyid')).toEqual([])
  })

  it('is blocked without attributes, with its content, over SHA-1, or signed twice', async () => {
    expect(await judged(rsa, '-noattr')).toEqual(['signature/malformed'])
    expect(await judged(rsa, '-nodetach')).toEqual(['signature/malformed'])
    expect(await judged(rsa, '-stream')).toEqual(['signature/malformed'])
    expect(await judged(rsa, '-nocerts')).toEqual(['signature/untrusted-certificate'])
    expect(await judged(rsa, '-md', 'sha1')).toEqual(['signature/weak-key'])
    const second = await file('second.pem', `${certificatesPem(ada)}${keyPem(ada)}`)
    expect(await judged(rsa, '-signer', second, '-inkey', second)).toEqual(['signature/multiple'])
  })

  it('and what its authority lists as revoked is read alike', async () => {
    const ca = makeRoot('Now', { kind: 'rsa', ...AROUND_NOW })
    const leaf = makeSigner(ca, EMAIL, AROUND_NOW)
    const cms = openssl(
      ['cms', '-sign', '-binary', '-outform', 'DER', ...(await signerFiles(leaf))],
      Buffer.from(PLAIN),
    )
    const lists = await makeLists(ca)
    const judge = (list: Buffer) => {
      const x509 = trustOf([ca], { crls: [list] })
      return codesOf(judgeX509(withSignature(PLAIN, armorCms(cms)), x509, Date.now()))
    }
    expect(judge(lists.current())).toEqual([])
    await lists.revoke(leaf)
    expect(judge(lists.current())).toEqual(['signature/key-revoked'])
  })
})

const AROUND_NOW = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 86_400_000 }

const signerFiles = async (by: Holder): Promise<readonly string[]> => [
  '-signer',
  await file('signer.pem', certificatesPem(by)),
  '-inkey',
  await file('signer.key', keyPem(by)),
]

/** The revocation lists of an authority, kept by openssl. */
async function makeLists(ca: Holder) {
  const index = await file('index.txt', '')
  const number = await file('crlnumber', '01\n')
  const text = `[ca]\ndefault_ca=it\n[it]\ndatabase=${index}\ncrlnumber=${number}\ndefault_md=sha256\n`
  const certificate = await file('ca.pem', certificatesPem(ca))
  const base = ['ca', '-config', await file('ca.cnf', text), '-cert', certificate]
  const argv = [...base, '-keyfile', await file('ca.key', keyPem(ca))]
  return {
    current: () => {
      const list = openssl([...argv, '-gencrl', '-crldays', '30']).toString()
      return Buffer.from(/CRL-----\n([^-]+)-/.exec(list)?.[1] ?? '', 'base64')
    },
    revoke: async (holder: Holder) =>
      openssl([...argv, '-revoke', await file('leaf.pem', certificatesPem(holder))]),
  }
}

describe.skipIf(absent('gpgsm'))('what git signs with gpgsm', () => {
  const ca = issue({
    commonName: 'Root',
    kind: 'rsa',
    extensions: [authority(), usage(5, 6)],
    ...AROUND_NOW,
  })
  const by = makeSigner(ca, EMAIL, { kind: 'rsa', ...AROUND_NOW })
  let fixture: GitFixture
  let git: (...argv: readonly string[]) => Promise<string>

  beforeAll(async () => {
    fixture = await makeRepository(join(folder.path, 'repo'))
    const program = await makeGpgsm(folder.path, ca, by)
    const config = ['-c', 'gpg.format=x509', '-c', `gpg.x509.program=${program}`]
    const who = [
      '-c',
      'user.name=Ada',
      '-c',
      `user.email=${EMAIL}`,
      '-c',
      `user.signingkey=${EMAIL}`,
    ]
    git = (...argv) => fixture.git(...config, ...who, ...argv)
  })
  afterAll(() => {
    spawnSync(GPGCONF, ['--homedir', join(folder.path, 'gpgsm'), '--kill', 'gpg-agent'])
  })

  const judge = async (ids: readonly [string | null, string], trusted = trustOf([ca])) => {
    const repository = await openRepository(fixture.path)
    const [base, head] = ids
    const range = { base: base === null ? null : commitId(base), head: commitId(head) }
    const request = { repository, range, allowedSigners: sshSigners, receiptTime: Date.now() }
    const judged = await verifyRange({ ...request, x509: trusted })
    await repository.close()
    return judged
  }

  it('passes, and git says the same', async () => {
    await git('commit', '--quiet', '--allow-empty', '-S', '-m', 'one')
    await git('commit', '--quiet', '--allow-empty', '-S', '-m', 'two')
    const head = (await git('rev-parse', 'HEAD')).trim()
    await git('verify-commit', head)
    const judged = await judge([null, head])
    expect(judged.counts).toEqual({ commits: 2, passed: 2, blocked: 0 })
    expect(judged.commits[0]).toMatchObject({ principal: 'ada', format: 'x509' })
    const other = await judge([null, head], trustOf([makeRoot()]))
    expect(other.counts).toEqual({ commits: 2, passed: 0, blocked: 2 })
  })

  it('is blocked for a committer who is another, which git takes', async () => {
    const argv = ['commit', '--quiet', '--allow-empty', '-S', '-m', 'as Ben']
    const base = (await git('rev-parse', 'HEAD')).trim()
    await git('-c', 'user.email=ben@example.test', ...argv)
    const head = (await git('rev-parse', 'HEAD')).trim()
    await git('verify-commit', head)
    expect((await judge([base, head])).commits.flatMap(codesOf)).toEqual([
      'signature/wrong-committer',
    ])
  })
})

/** A program for git that signs with gpgsm, in a folder of its own. */
async function makeGpgsm(home: string, ca: Holder, by: Holder): Promise<string> {
  const gpgsm = join(home, 'gpgsm')
  await mkdir(gpgsm, { mode: 0o700 })
  const sha1 = keyFingerprint(ca)
  await writeFile(join(gpgsm, 'gpgsm.conf'), 'disable-crl-checks\ndisable-dirmngr\n')
  await writeFile(join(gpgsm, 'gpg-agent.conf'), 'allow-loopback-pinentry\n')
  await writeFile(join(gpgsm, 'trustlist.txt'), `${sha1} S relax\n`)
  const secret = await file('secret', 'secret\n')
  const key = await file('by.key', keyPem(by))
  const own = await file('by.pem', pem('CERTIFICATE', by.der))
  const others = await file('by-ca.pem', pem('CERTIFICATE', ca.der))
  const bundle = join(home, 'by.p12')
  const parts = ['-in', own, '-inkey', key, '-certfile', others, '-out', bundle]
  openssl(['pkcs12', '-export', '-legacy', ...parts, '-passout', 'pass:secret'])
  const base = `gpgsm --homedir '${gpgsm}' --batch --pinentry-mode loopback --passphrase-fd 3`
  const program = await file('gpgsm.sh', `#!/bin/sh\nexec ${base} "$@" 3<'${secret}'\n`)
  await chmod(program, 0o755)
  execFileSync(program, ['--import', bundle], { stdio: 'ignore' })
  return program
}

const keyFingerprint = ({ der }: Holder): string =>
  openssl(['x509', '-inform', 'DER', '-noout', '-fingerprint', '-sha1'], der)
    .toString()
    .replace(/.*=/, '')
    .replaceAll(':', '')
    .trim()
