import { sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseSigstoreTrust } from '../src/index.ts'
import { type CmsRequest, armorCms, attribute, signCms } from './cms.ts'
import { octets } from './der.ts'
import { type Logged, apiAnswer, entryBody, logBody } from './entry-log.ts'
import {
  INVALID,
  OID,
  codes,
  idOf,
  instance,
  judge,
  payload,
  signed,
  trust,
} from './gitsign-stage.ts'
import { PLAIN } from './openpgp-stage.ts'
import { LOGGED, certify, makeSigstore, trustedRootOf } from './sigstore.ts'
import { codesOf, withSignature } from './stage.ts'
import { EMAIL } from './x509-stage.ts'

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

  it('63 is of this signature, not of another commit', () => {
    const by = certify(instance, EMAIL)
    const elsewhere = logBody(entryBody(Buffer.from('other'), Buffer.from('signature'), by), {
      log: instance.entryLog,
    })
    expect(codes({ by, entry: () => elsewhere })).toEqual(INVALID)
    expect(codes({ by, entry: (own) => own })).toEqual([])
  })

  it('63 is of a time within the certificate', () => {
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
    const checkpointBy = instance.certificateLog
    expect(codes({ log: { checkpointBy, checkpointAs: instance.entryLog } })).toEqual(INVALID)
    expect(codes({ log: { checkpointAs: instance.entryLog } })).toEqual([])
    expect(codes({ log: { checkpointName: 'other.example.test' } })).toEqual(INVALID)
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

  it('hold nothing but what the log would have checked', () => {
    const signature = sign('sha256', Buffer.from(id), by.privateKey)
    const entry = (text: string, certificate = by) =>
      judged({
        [id]: apiAnswer(
          logBody(entryBody(Buffer.from(text), signature, certificate), { log: instance.entryLog }),
        ),
      })
    expect(entry(id)).toEqual([])
    expect(entry('other')).toEqual(INVALID)
    expect(entry(id, certify(instance, 'ben@example.test'))).toEqual(INVALID)
  })

  it('may hold the entry that was not embedded', () => {
    let own: Logged | undefined
    const unsigned: CmsRequest['unsigned'] = ({ attributes, signature }) => {
      own = logBody(entryBody(attributes, signature, by), { log: instance.entryLog })
      return []
    }
    const alone = withSignature(PLAIN, armorCms(signCms(payload, { by, unsigned })))
    const proofs = own === undefined ? {} : { [idOf(alone)]: apiAnswer(own) }
    expect(codesOf(judge(alone, trust({ proofs })))).toEqual([])
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
