import { createHash, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { commitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type SigstoreTrust, judgeCommit, parseSigstoreTrust } from '../src/index.ts'
import { type CmsRequest, armorCms, attribute, signCms } from './cms.ts'
import { bare, octets, sequence } from './der.ts'
import { PLAIN, sshSigners } from './openpgp-stage.ts'
import { type Holder, PURPOSE, extension, issue, makeSigner, purposes, usage } from './pki.ts'
import {
  ISSUER,
  type IdentityRequest,
  LOGGED,
  type LogRequest,
  type Logged,
  type Services,
  apiAnswer,
  certify,
  embedded,
  entryBody,
  logBody,
  makeSigstore,
  trustedRootOf,
} from './sigstore.ts'
import { RECEIPT, codesOf, withSignature } from './stage.ts'
import { ADA, EMAIL } from './x509-stage.ts'

const instance = makeSigstore()
const payload = Buffer.from(PLAIN)

interface TrustRequest {
  readonly identities?: readonly { readonly issuer: string; readonly identity: string }[]
  readonly services?: Services
  readonly proofs?: object
  readonly principal?: typeof ADA | { name: string; role: 'person'; committers: string[] }
}

const file = (json: object, path: string) => ({ bytes: Buffer.from(JSON.stringify(json)), path })

function trust(request: TrustRequest = {}): SigstoreTrust {
  const { identities = [{ issuer: ISSUER, identity: EMAIL }], proofs, principal = ADA } = request
  return parseSigstoreTrust(
    {
      trustedRoot: file(trustedRootOf(instance, request.services), 'trusted_root.json'),
      proofs: proofs && file(proofs, 'proofs.json'),
    },
    [{ principal, identities }],
  )
}

interface GitsignRequest {
  readonly by?: Holder
  readonly identity?: IdentityRequest
  readonly log?: Partial<LogRequest>
  readonly entry?: (own: Logged, by: Holder) => Logged
  readonly cms?: Partial<CmsRequest>
  /** What stands where the log entry does; default: the entry. */
  readonly beside?: readonly Buffer[]
  readonly version?: string
}

const OID = '1.3.6.1.4.1.57264.3.1'

function signed(request: GitsignRequest = {}): string {
  const { by = certify(instance, EMAIL, request.identity), entry = (own) => own } = request
  const unsigned: CmsRequest['unsigned'] = ({ attributes, signature }) => {
    const body = entryBody(attributes, signature, by)
    const own = entry(logBody(body, { log: instance.entryLog, ...request.log }), by)
    const { version = '0.0.1' } = request
    return request.beside ?? [attribute(OID, octets(embedded(own, { version })))]
  }
  const der = signCms(payload, {
    by,
    certificates: [by, instance.issuer],
    unsigned,
    ...request.cms,
  })
  return withSignature(PLAIN, armorCms(der))
}

const idOf = (source: string): string =>
  createHash('sha1').update(`commit ${source.length}\0${source}`, 'latin1').digest('hex')

const judge = (source: string, sigstore: SigstoreTrust | undefined, receiptTime = RECEIPT) =>
  judgeCommit({
    commit: commitId(idOf(source)),
    bytes: Buffer.from(source, 'latin1'),
    allowedSigners: sshSigners,
    sigstore,
    receiptTime,
  })

const codes = (request: GitsignRequest = {}, trusted = trust()) =>
  codesOf(judge(signed(request), trusted))
const INVALID = ['signature/invalid-proof']
const UNTRUSTED = ['signature/untrusted-certificate']
const UNKNOWN = ['signature/unknown-signer']

describe('a gitsign signature', () => {
  it('with its log entry passes as its principal', () => {
    expect(judge(signed(), trust())).toMatchObject({
      verdict: 'passed',
      principal: 'ada',
      format: 'gitsign',
    })
  })

  it('without one is blocked by a finding of its own', () => {
    const judged = judge(signed({ beside: [] }), trust())
    expect(codesOf(judged)).toEqual(['signature/no-offline-proof'])
    expect(judged.format).toBe('gitsign')
    expect(judged.findings[0]?.remedy).toContain('gitsign.rekorMode offline')
  })

  it('is not supported where the policy pins no Sigstore', () => {
    expect(codesOf(judge(signed(), undefined))).toEqual(['signature/unsupported'])
  })

  it('must be over this very commit', () => {
    const moved = signed().replace('subject', 'another')
    expect(codesOf(judge(moved, trust()))).toEqual(['signature/invalid'])
    const forged = (data: Buffer) =>
      sign('sha256', Buffer.concat([data, data]), certify(instance, EMAIL).privateKey)
    expect(codes({ cms: { sign: forged } })).toEqual(['signature/invalid'])
  })

  it('is for the committers of its principal', () => {
    const ben = { name: 'ben', role: 'person' as const, committers: ['ben@example.test'] }
    expect(codes({}, trust({ principal: ben }))).toEqual(['signature/wrong-committer'])
  })

  it('was logged before it was received', () => {
    expect(codesOf(judge(signed(), trust(), LOGGED * 1_000))).toEqual([])
    expect(codesOf(judge(signed(), trust(), LOGGED * 1_000 - 1))).toEqual([
      'signature/key-not-valid',
    ])
    expect(codesOf(judge(signed(), trust(), Number.NaN))).toEqual(['signature/key-not-valid'])
  })
})

describe('the identity', () => {
  const named = (identity: string, issuer = ISSUER) => trust({ identities: [{ issuer, identity }] })

  it('is compared to the letter: nothing in it is a pattern', () => {
    expect(codes({}, named('ada@exampleXtest'))).toEqual(UNKNOWN)
    expect(codes({}, named('.*'))).toEqual(UNKNOWN)
    expect(codes({}, named('Ada@example.test'))).toEqual(UNKNOWN)
    const lookalike = certify(instance, 'ada@exampleXtest')
    expect(codes({ by: lookalike }, named('ada@example.test'))).toEqual(UNKNOWN)
    expect(codes({ by: lookalike }, named('ada@exampleXtest'))).toEqual([])
    expect(codes({ by: certify(instance, 'xada@example.test') })).toEqual(UNKNOWN)
  })

  it('is one with who confirmed it', () => {
    expect(codes({}, named(EMAIL, 'https://other.example.test'))).toEqual(UNKNOWN)
    expect(codes({}, named(EMAIL, `${ISSUER}/`))).toEqual(UNKNOWN)
    const swapped = trust({
      identities: [
        { issuer: ISSUER, identity: 'ben@example.test' },
        { issuer: 'https://other.example.test', identity: EMAIL },
      ],
    })
    expect(codes({}, swapped)).toEqual(UNKNOWN)
  })

  it('without an issuer is nobody', () => {
    expect(codes({ identity: { issuer: undefined } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { issuer: undefined, issuerV2: ISSUER } })).toEqual([])
    expect(codes({ identity: { issuer: ISSUER, issuerV2: undefined } })).toEqual([])
    const two = { issuer: ISSUER, issuerV2: 'https://other.example.test' }
    expect(codes({ identity: two })).toEqual(UNTRUSTED)
  })

  it('may be a URI, and is one', () => {
    const workflow = 'https://example.test/org/repo/.github/workflows/x.yml@refs/heads/main'
    expect(codes({ by: certify(instance, workflow) }, named(workflow))).toEqual([])
    const both = { names: [bare(1, EMAIL), bare(1, 'ben@example.test')] }
    expect(codes({ identity: both })).toEqual(UNTRUSTED)
    expect(codes({ identity: { names: [bare(1, EMAIL)] } })).toEqual([])
  })
})

describe('the certificate', () => {
  it('is by the pinned authority', () => {
    const other = makeSigstore()
    const by = certify({ ...other, certificateLog: instance.certificateLog }, EMAIL)
    expect(codes({ by, cms: { certificates: [by, other.issuer, other.root] } })).toEqual(UNTRUSTED)
    const service = { authority: { end: '2026-02-01T00:00:00Z' } }
    expect(codes({}, trust({ services: service }))).toEqual(UNTRUSTED)
    expect(codes({}, trust({ services: { authority: { end: '2026-08-01T00:00:00Z' } } }))).toEqual(
      [],
    )
  })

  it('is for signing code', () => {
    const mail = issue({
      commonName: 'x',
      issuer: instance.issuer,
      extensions: [
        usage(0),
        purposes(PURPOSE.email),
        extension('2.5.29.17', sequence(bare(1, EMAIL))),
        extension('1.3.6.1.4.1.57264.1.1', Buffer.from(ISSUER)),
      ],
    })
    expect(codes({ by: mail })).toEqual(UNTRUSTED)
    expect(
      codes({ identity: { extensions: [extension('1.2.3', octets(payload), true)] } }),
    ).toEqual(UNTRUSTED)
    expect(codes({ identity: { extensions: [extension('1.2.3', octets(payload))] } })).toEqual([])
  })

  it('was logged, by a pinned log in its service', () => {
    expect(codes({ identity: { loggedBy: null } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: makeSigstore().certificateLog } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: instance.entryLog } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: instance.certificateLog } })).toEqual([])
    expect(codes({ identity: { loggedAt: Date.UTC(2025, 0, 1) } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedAt: Date.UTC(2026, 4, 1) } })).toEqual([])
  })

  it('was logged as itself: the timestamp of another does not count', () => {
    const [own, other] = [certify(instance, EMAIL), certify(instance, 'ben@example.test')]
    const stolen = timestampExtension(other)
    const forged = certify(instance, EMAIL, { loggedBy: null, extensions: [stolen] })
    expect(codes({ by: forged })).toEqual(UNTRUSTED)
    expect(codes({ by: own })).toEqual([])
  })

  it('of a company of its own is not held to these rules', () => {
    // It has none of Sigstore's identifiers, so it is X.509, of which this policy trusts no root.
    const by = makeSigner(instance.issuer, EMAIL)
    expect(codes({ by, beside: [] })).toEqual(['signature/unsupported'])
  })
})

/** The extension with the timestamps, out of a certificate's bytes. */
function timestampExtension({ tbs }: Holder): Buffer {
  const oid = Buffer.from('060a2b06010401d679020402', 'hex')
  const at = tbs.indexOf(oid)
  const value = tbs.subarray(at + oid.length)
  return sequence(oid, value)
}

describe('the log entry', () => {
  it('is by a pinned log in its service', () => {
    expect(codes({ log: { log: makeSigstore().entryLog } })).toEqual(INVALID)
    expect(codes({ log: { log: instance.certificateLog } })).toEqual(INVALID)
    const closed = { entryLog: { end: '2026-02-01T00:00:00Z' } }
    expect(codes({}, trust({ services: closed }))).toEqual(INVALID)
    expect(codes({ log: { log: instance.entryLog } })).toEqual([])
  })

  it('claiming to be by a pinned log is still the other log’s', () => {
    const other = makeSigstore().entryLog
    const pinned = logBody(Buffer.from('x'), { log: instance.entryLog }).logId
    const entry = (own: Logged) => ({ ...own, logId: pinned })
    expect(codes({ log: { log: other }, entry })).toEqual(INVALID)
    expect(codes({ log: { log: instance.entryLog }, entry })).toEqual([])
  })

  it('is of this signature, not of another commit', () => {
    const by = certify(instance, EMAIL)
    const elsewhere = logBody(entryBody(Buffer.from('other'), Buffer.from('signature'), by), {
      log: instance.entryLog,
    })
    expect(codes({ by, entry: () => elsewhere })).toEqual(INVALID)
    expect(codes({ by, entry: (own) => own })).toEqual([])
  })

  it('is of a time within the certificate', () => {
    expect(codes({ log: { at: LOGGED - 60 } })).toEqual([])
    expect(codes({ log: { at: LOGGED - 61 } })).toEqual(INVALID)
    expect(codes({ log: { at: LOGGED + 540 } })).toEqual([])
    expect(codes({ log: { at: LOGGED + 541 } })).toEqual(INVALID)
    // A promise covers the time: nobody else may set it.
    expect(codes({ entry: (own) => ({ ...own, at: own.at + 1 }) })).toEqual(INVALID)
    expect(codes({ entry: (own) => ({ ...own, logIndex: own.logIndex + 1 }) })).toEqual(INVALID)
  })

  it.each([1, 2, 3, 7, 8, 11])('is in a tree of %i entries, at any place', (size) => {
    for (let place = 0; place < size; place += 1) {
      expect(codes({ log: { size, place } })).toEqual([])
    }
  })

  it('must be in the tree that its proof is about', () => {
    const change = (of: Partial<NonNullable<Logged['proof']>>) =>
      codes({ entry: (own) => ({ ...own, proof: own.proof && { ...own.proof, ...of } }) })
    expect(change({})).toEqual([])
    expect(change({ place: 7 })).toEqual(INVALID)
    expect(change({ place: 11 })).toEqual(INVALID)
    expect(change({ size: 12 })).toEqual(INVALID)
    expect(change({ path: [] })).toEqual(INVALID)
    expect(change({ root: Buffer.alloc(32) })).toEqual(INVALID)
    expect(change({ root: Buffer.alloc(0), path: Array(65).fill(Buffer.alloc(32)) })).toEqual(
      INVALID,
    )
  })

  it('must be under a checkpoint by the same log', () => {
    expect(codes({ log: { checkpointBy: instance.certificateLog } })).toEqual(INVALID)
    expect(codes({ log: { checkpointText: (text) => text.replace('\n11\n', '\n12\n') } })).toEqual(
      INVALID,
    )
    expect(codes({ log: { checkpointText: (text) => `${text}Timestamp: 1\n` } })).toEqual([])
    // The promise alone proves the time, as older logs had it.
    expect(codes({ log: { checkpointBy: null } })).toEqual([])
    expect(codes({ log: { withInclusion: false } })).toEqual([])
  })

  it('that cannot be read is blocked', () => {
    expect(codes({ version: '0.0.2' })).toEqual(INVALID)
    expect(codes({ version: '0.0.1' })).toEqual([])
    expect(codes({ beside: [attribute(OID, octets(Buffer.from('junk')))] })).toEqual(INVALID)
    expect(codes({ beside: [attribute(OID)] })).toEqual(INVALID)
    expect(codes({ entry: (own) => ({ ...own, promise: Buffer.from('x') }) })).toEqual(INVALID)
  })
})

describe('the proofs of a policy', () => {
  const NO_PROOF = ['signature/no-offline-proof']
  const by = certify(instance, EMAIL)
  const source = signed({ by, beside: [] })
  const id = idOf(source)
  /** gitsign's default: a second signature, over the commit's id, goes to the log. */
  const overId = (text = id, key = by, log = instance.entryLog) =>
    logBody(entryBody(Buffer.from(text), sign('sha256', Buffer.from(text), key.privateKey), by), {
      log,
    })
  const judged = (proofs: object) => codesOf(judge(source, trust({ proofs })))

  it('stand in for what the commit does not carry', () => {
    expect(judged({ [id]: apiAnswer(overId()) })).toEqual([])
    expect(judged({})).toEqual(NO_PROOF)
    expect(judged({ ['0'.repeat(40)]: apiAnswer(overId()) })).toEqual(NO_PROOF)
  })

  it('are of this commit, by this key, in a pinned log', () => {
    expect(judged({ [id]: apiAnswer(overId('0'.repeat(40))) })).toEqual(INVALID)
    expect(judged({ [id]: apiAnswer(overId(id, certify(instance, EMAIL))) })).toEqual(INVALID)
    expect(judged({ [id]: apiAnswer(overId(id, by, makeSigstore().entryLog)) })).toEqual(INVALID)
  })

  it('may hold the entry that was not embedded', () => {
    let own: Logged | undefined
    const unsigned: CmsRequest['unsigned'] = ({ attributes, signature }) => {
      own = logBody(entryBody(attributes, signature, by), { log: instance.entryLog })
      return []
    }
    const bare = withSignature(PLAIN, armorCms(signCms(payload, { by, unsigned })))
    const proofs = own === undefined ? {} : { [idOf(bare)]: apiAnswer(own) }
    expect(codesOf(judge(bare, trust({ proofs })))).toEqual([])
  })

  it('are refused as a policy when they cannot be read', () => {
    const refused = (proofs: object) => expect(() => trust({ proofs })).toThrow(/log entry|object/)
    refused({ HEAD: apiAnswer(overId()) })
    refused({ [id]: {} })
    refused({ [id]: { ...apiAnswer(overId()), body: '' } })
    refused([])
  })
})

describe('a trusted root', () => {
  const parse = (json: object | string) => () =>
    parseSigstoreTrust(
      {
        trustedRoot: {
          bytes: Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)),
          path: 'root.json',
        },
      },
      [],
    )

  it('has authorities and logs that can be read, else the policy is refused', () => {
    const good = trustedRootOf(instance)
    expect(parse(good)).not.toThrow()
    expect(parse('{')).toThrow(/no JSON/)
    expect(parse({})).toThrow(/names no authority/)
    expect(parse({ ...good, ctlogs: [] })).toThrow(/names no authority, no certificate log/)
    expect(parse({ ...good, tlogs: [{}] })).toThrow(/log that cannot be read/)
    expect(parse({ ...good, certificateAuthorities: [{}] })).toThrow(/authority that cannot/)
    const mixed = { ...instance, root: makeSigstore().root }
    expect(parse(trustedRootOf(mixed))).toThrow(/authority that cannot/)
  })
})

describe('the public instance of Sigstore', () => {
  const fixture = (name: string) => readFile(new URL(`fixtures/gitsign/${name}`, import.meta.url))
  const identity = 'billy@chainguard.dev'
  const issuer = 'https://accounts.google.com'
  const principal = { name: 'billy', role: 'person' as const, committers: [identity] }
  const judged = async (name: string, edit = (text: string) => text) => {
    const trustedRoot = { bytes: await fixture('trusted_root.json'), path: 'trusted_root.json' }
    const signers = [{ principal, identities: [{ issuer, identity }] }]
    const source = edit((await fixture(name)).toString('latin1'))
    return codesOf(judge(source, parseSigstoreTrust({ trustedRoot }, signers)))
  }

  it('made this commit, which passes', async () => {
    expect(await judged('offline.commit')).toEqual([])
    const later = (text: string) => text.replace('Jun  5', 'Jun  6')
    expect(await judged('offline.commit', later)).toEqual(['signature/invalid'])
  })

  it('made this commit in its default way, which leaves no proof', async () => {
    expect(await judged('online.commit')).toEqual(['signature/no-offline-proof'])
  })
})
