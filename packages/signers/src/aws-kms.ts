import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms'
import { createHash } from 'node:crypto'
import type { KeyAlgorithm } from '@bulkhead/envelope'
import { WorldError } from '@bulkhead/vocabulary'
import type { KeyService } from './key-service.ts'

/** What AWS KMS signs at once when it is not a digest (API reference, `Sign`). */
const MOST_RAW_BYTES = 4096
const TIMEOUT_MS = 20_000
const ATTEMPTS = 4

const ARN =
  /^arn:aws[a-z-]{0,20}:kms:([a-z0-9-]{1,40}):[0-9]{12}:(?:key|alias)\/[A-Za-z0-9/_-]{1,256}$/

/** The region that an ARN of a KMS key names; undefined for any other text. */
export const regionOfKey = (arn: string): string | undefined => ARN.exec(arn)?.[1]

/**
 * A key in AWS KMS: `ECC_NIST_P256`, which signs a digest of anything, or `ECC_NIST_EDWARDS25519`, which
 * KMS only lets sign 4096 bytes at once. Credentials come from where the SDK looks for them: on GitHub
 * the web identity that `aws-actions/configure-aws-credentials` leaves. The SDK is loaded at the first
 * signature.
 * @param arn full ARN of the key or alias
 * @param overrides for tests: endpoint and credentials
 */
export function awsKeyService(arn: string, overrides: KMSClientConfig = {}): KeyService {
  let client: Promise<KMSClient> | undefined
  return {
    keyId: arn,
    mostBytes: (algorithm) => (algorithm === 'ed25519' ? MOST_RAW_BYTES : undefined),
    async sign(bytes, algorithm) {
      const request = requestOf(arn, bytes, algorithm)
      client ??= openClient(arn, overrides)
      const { SignCommand } = await import('@aws-sdk/client-kms')
      const answer = await (
        await client
      )
        .send(new SignCommand(request), { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
        .catch((cause: unknown) => {
          throw unavailable(arn, cause)
        })
      return answer.Signature ?? new Uint8Array()
    },
  }
}

async function openClient(arn: string, overrides: KMSClientConfig): Promise<KMSClient> {
  const { KMSClient } = await import('@aws-sdk/client-kms')
  const region = regionOfKey(arn)
  return new KMSClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: ATTEMPTS,
    ...overrides,
  })
}

function requestOf(arn: string, bytes: Uint8Array, algorithm: KeyAlgorithm) {
  if (algorithm === 'ecdsa-p256') {
    const Message = createHash('sha256').update(bytes).digest()
    return {
      KeyId: arn,
      Message,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    } as const
  }
  if (bytes.byteLength > MOST_RAW_BYTES) throw tooLong(arn, bytes.byteLength)
  return {
    KeyId: arn,
    Message: bytes,
    MessageType: 'RAW',
    SigningAlgorithm: 'ED25519_SHA_512',
  } as const
}

const tooLong = (arn: string, length: number): WorldError =>
  new WorldError({
    code: 'signer/too-long',
    subject: arn,
    message: `AWS KMS signs at most ${MOST_RAW_BYTES} bytes with an Ed25519 key, and these are ${length}`,
    remedy:
      'use a key of the spec ECC_NIST_P256, and put its public key in place of the present one',
  })

/** The SDK's messages name the service's own cause (`AccessDeniedException`), and hold no secrets. */
const unavailable = (arn: string, cause: unknown): WorldError =>
  new WorldError(
    {
      code: 'signer/unavailable',
      subject: arn,
      message:
        `AWS KMS did not sign: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown'}`.slice(
          0,
          500,
        ),
      remedy:
        'let the role of this job call kms:Sign on the key, and check its region; then try again',
    },
    { cause },
  )
