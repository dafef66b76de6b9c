import { type KeyAlgorithm, openEnvelope, parsePublicKey, sealEnvelope } from '@bulkhead/envelope'
import { type KmsServer, startKms } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { awsKeyService, serviceSigner } from '../src/index.ts'

const P256 = 'arn:aws:kms:eu-central-1:111122223333:alias/gate'
const ED25519 = 'arn:aws:kms:eu-central-1:111122223333:key/0b6c0b8e-ledger'
const OTHER = 'arn:aws:kms:eu-central-1:111122223333:alias/other'
const TYPE = 'application/vnd.example+json'
const BOTH: readonly [KeyAlgorithm, KeyAlgorithm] = ['ed25519', 'ecdsa-p256']

let kms: KmsServer
beforeAll(async () => {
  kms = await startKms({ [P256]: 'ecdsa-p256', [ED25519]: 'ed25519', [OTHER]: 'ecdsa-p256' })
})
afterAll(() => kms[Symbol.asyncDispose]())

const keyOf = (arn: string) => parsePublicKey(kms.publicKeys.get(arn) ?? '', `${arn}.pub`, BOTH)
const service = (arn: string) =>
  awsKeyService(arn, {
    endpoint: kms.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  })
const signer = (arn: string, key = keyOf(arn)) => serviceSigner(service(arn), key)
const code = async (action: Promise<unknown>) => {
  const error: unknown = await action.catch((caught: unknown) => caught)
  return error instanceof WorldError ? error.findings.map((finding) => finding.code) : error
}

describe('a key in AWS KMS', () => {
  let asked = 0
  beforeEach(() => {
    asked = kms.requests.length
  })

  it.each([
    ['ECDSA P-256', P256, 'DIGEST', 'ECDSA_SHA_256'],
    ['Ed25519', ED25519, 'RAW', 'ED25519_SHA_512'],
  ])(
    'signs envelopes that its public key opens: %s',
    async (_name, arn, MessageType, algorithm) => {
      const payload = Buffer.from('{"verdict":"PASS"}')
      const sealed = await sealEnvelope(TYPE, payload, signer(arn))
      expect(openEnvelope(sealed, [keyOf(OTHER), keyOf(arn)], TYPE)).toMatchObject({
        kind: 'opened',
        envelope: { payload, signer: { name: `${arn}.pub` } },
      })
      expect(openEnvelope(sealed, [keyOf(OTHER)], TYPE).kind).toBe('untrusted')
      expect(kms.requests.slice(asked)).toEqual([
        {
          target: 'TrentService.Sign',
          isSigned: true,
          body: expect.objectContaining({ KeyId: arn, MessageType, SigningAlgorithm: algorithm }),
        },
      ])
    },
  )

  it('signs payloads of any length with ECDSA; with Ed25519 as far as KMS does, and says so', async () => {
    const long = Buffer.alloc(5_000, 'a')
    const sealed = await sealEnvelope(TYPE, long, signer(P256))
    expect(openEnvelope(sealed, [keyOf(P256)], TYPE).kind).toBe('opened')
    expect(await code(sealEnvelope(TYPE, long, signer(ED25519)))).toEqual(['signer/too-long'])
  })

  it('never gives out a signature that the pinned public key does not verify', async () => {
    const pinnedToOther = sealEnvelope(TYPE, Buffer.from('x'), signer(P256, keyOf(OTHER)))
    expect(await code(pinnedToOther)).toEqual(['signer/wrong-answer'])
    for (const arn of [P256, ED25519]) {
      kms.trouble({ kind: 'signs-other-bytes' })
      expect(await code(sealEnvelope(TYPE, Buffer.from('x'), signer(arn)))).toEqual([
        'signer/wrong-answer',
      ])
      expect(await code(sealEnvelope(TYPE, Buffer.from('x'), signer(arn)))).toBeInstanceOf(Buffer)
    }
  })

  it.each([
    ['AccessDeniedException', 400],
    ['KMSInvalidStateException', 400],
    ['ThrottlingException', 400],
    ['KMSInternalException', 500],
  ])('that answers %s stops the release and denies nothing', async (error, status) => {
    kms.trouble({ kind: 'refuses', error, status })
    await expect(signer(P256).sign(Buffer.from('x'))).rejects.toMatchObject({
      findings: [
        { code: 'signer/unavailable', subject: P256, message: expect.stringContaining(error) },
      ],
    })
  })

  it('is asked again after a passing fault', async () => {
    kms.trouble({ kind: 'refuses', error: 'KMSInternalException', status: 500 }, 2)
    const patient = awsKeyService(P256, {
      endpoint: kms.url,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    })
    const sealed = await sealEnvelope(TYPE, Buffer.from('x'), serviceSigner(patient, keyOf(P256)))
    expect(openEnvelope(sealed, [keyOf(P256)], TYPE).kind).toBe('opened')
    expect(kms.requests.length - asked).toBe(3)
  })
})
