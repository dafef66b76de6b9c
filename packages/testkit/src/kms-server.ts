import { execFile } from 'node:child_process'
import { type KeyObject, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { temporaryDirectory } from './temporary.ts'

/** What a stand-in for AWS KMS was asked, as it came over the wire. */
export interface KmsRequest {
  readonly target: string | undefined
  readonly isSigned: boolean
  readonly body: Readonly<Record<string, unknown>>
}

/** How the next requests are answered, instead of with a signature. */
export type KmsTrouble =
  | { readonly kind: 'refuses'; readonly error: string; readonly status: number }
  | { readonly kind: 'signs-other-bytes' }

export interface KmsServer extends AsyncDisposable {
  readonly url: string
  /** SPKI PEM by ARN. */
  readonly publicKeys: ReadonlyMap<string, string>
  readonly requests: readonly KmsRequest[]
  /** Answers this many requests with trouble; then as usual. */
  readonly trouble: (trouble: KmsTrouble, times?: number) => void
}

const KEYS = {
  'ecdsa-p256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ed25519: () => generateKeyPairSync('ed25519').privateKey,
}
const MOST_MESSAGE_BYTES = 4096

/**
 * A stand-in for AWS KMS on loopback: the JSON 1.1 protocol of `TrentService.Sign` with its limits, as
 * far as signing goes. Real keys, real signatures; any credentials are taken.
 */
export async function startKms(
  keys: Readonly<Record<string, keyof typeof KEYS>>,
): Promise<KmsServer> {
  const held = new Map(Object.entries(keys).map(([arn, kind]) => [arn, KEYS[kind]()]))
  const requests: KmsRequest[] = []
  const troubles: KmsTrouble[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = await readRequest(request)
    requests.push(asked)
    const answer = await answerTo(asked, held, troubles.shift())
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(answer.body))
  }
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    publicKeys: new Map([...held].map(([arn, key]) => [arn, publicPem(key)])),
    requests,
    trouble: (trouble, times = 1) => {
      troubles.push(...Array.from({ length: times }, () => trouble))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const publicPem = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString()

async function readRequest(request: IncomingMessage): Promise<KmsRequest> {
  const body: unknown = JSON.parse(await text(request))
  const target = request.headers['x-amz-target']
  return {
    target: typeof target === 'string' ? target : undefined,
    isSigned: request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true,
    body: typeof body === 'object' && body !== null ? { ...body } : {},
  }
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function answerTo(
  { target, isSigned, body }: KmsRequest,
  keys: ReadonlyMap<string, KeyObject>,
  trouble: KmsTrouble | undefined,
): Promise<Answer> {
  if (trouble?.kind === 'refuses') return refusal(trouble.error, trouble.status)
  if (!isSigned) return refusal('MissingAuthenticationTokenException', 400)
  if (target !== 'TrentService.Sign') return refusal('UnknownOperationException', 400)
  const key = keys.get(String(body['KeyId']))
  if (key === undefined) return refusal('NotFoundException', 400)
  const message = Buffer.from(String(body['Message']), 'base64')
  const other = createHash('sha256').update('other').digest()
  const signature = await signAs(body, key, trouble === undefined ? message : other)
  return typeof signature === 'string'
    ? refusal(signature, 400)
    : { status: 200, body: { KeyId: body['KeyId'], Signature: signature.toString('base64') } }
}

/** @returns the signature, or the name of the error that KMS gives */
async function signAs(
  body: Readonly<Record<string, unknown>>,
  key: KeyObject,
  message: Buffer,
): Promise<Buffer | string> {
  const { MessageType: type, SigningAlgorithm: algorithm } = body
  if (message.byteLength > MOST_MESSAGE_BYTES) return 'ValidationException'
  if (key.asymmetricKeyType === 'ed25519')
    return algorithm === 'ED25519_SHA_512' && type === 'RAW'
      ? sign(null, message, key)
      : 'InvalidKeyUsageException'
  if (algorithm !== 'ECDSA_SHA_256' || type !== 'DIGEST') return 'InvalidKeyUsageException'
  return signDigest(message, key)
}

/** Node signs messages and not digests; openssl does. */
async function signDigest(digest: Buffer, key: KeyObject): Promise<Buffer> {
  await using folder = await temporaryDirectory()
  const [inkey, file] = [join(folder.path, 'key.pem'), join(folder.path, 'digest')]
  await writeFile(inkey, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  await writeFile(file, digest)
  const argv = ['pkeyutl', '-sign', '-inkey', inkey, '-in', file]
  const { stdout } = await promisify(execFile)('openssl', argv, { encoding: 'buffer' })
  return stdout
}

const refusal = (error: string, status: number): Answer => ({
  status,
  body: { __type: error, message: `${error} of the stand-in` },
})
