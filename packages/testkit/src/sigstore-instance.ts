import { createHash, generateKeyPairSync } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs'

/** What GitHub's OIDC token says of a job, as far as Fulcio writes it into a certificate. */
export interface WorkflowClaims {
  readonly issuer: string
  /** URL of the workflow file, `@`, full name of the ref. */
  readonly identity: string
  readonly repositoryId?: number | undefined
}

/** A Sigstore instance of its own: certificate authority with its log, and transparency log. */
export interface SigstoreInstance extends AsyncDisposable {
  readonly url: string
  /** The bytes of its `trusted_root.json`. */
  readonly trustedRoot: Buffer
  /** An OIDC token of a job, as this instance's Fulcio takes it: it checks no signature of it. */
  readonly tokenOf: (claims: WorkflowClaims) => string
  /** Paths that answer 500 from now on. */
  readonly broken: Set<string>
}

export interface SigstoreOptions {
  /** When certificates begin; they last ten minutes. Default: now. */
  readonly certificatesFrom?: Date
}

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Starts the instance on loopback, with Sigstore's own mock behind the real HTTP interfaces. */
export async function startSigstore(options: SigstoreOptions = {}): Promise<SigstoreInstance> {
  // Loaded here: it brings a library that changes how Node makes requests.
  const mock = await import('@sigstore/mock')
  const [logKey, caKey, recordKey] = [keyPair(), keyPair(), keyPair()]
  const ctlog = await mock.initializeCTLog(logKey)
  const ca = await mock.initializeCA(caKey, ctlog, options.certificatesFrom)
  const handlers = [mock.fulcioHandler(ca, { subjectClaim: 'identity' })]
  const broken = new Set<string>()
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const handler = handlers.find(({ path }) => path === request.url)
    if (handler === undefined || broken.has(handler.path)) {
      response.writeHead(handler === undefined ? 404 : 500).end()
      return
    }
    const { statusCode, response: body, contentType } = await handler.fn(await text(request))
    response.writeHead(statusCode, { 'content-type': contentType ?? 'text/plain' }).end(body)
  }
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}`
  const tlog = await mock.initializeTLog(url, recordKey)
  const record = mock.rekorHandler(tlog)
  handlers.push({ path: record.path, fn: (body) => record.fn(asRekorStores(body)) })
  const parts = { root: bufferOf(ca.rootCertificate), ctlog, tlog }
  return {
    url,
    trustedRoot: Buffer.from(JSON.stringify(TrustedRoot.toJSON(rootOf(url, parts)))),
    tokenOf: ({ issuer, identity, repositoryId }) => {
      const repository = repositoryId === undefined ? {} : { repository_id: String(repositoryId) }
      return `${encode({ alg: 'none' })}.${encode({ iss: issuer, sub: 'job', identity, ...repository })}.x`
    },
    broken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Rekor takes a DSSE envelope and stores its hashes and signatures (rekor, pkg/types/dsse/v0.0.1); the
 * mock stores what it is given.
 */
function asRekorStores(body: string): string {
  const entry: ProposedEntry = JSON.parse(body)
  const { envelope, verifiers } = entry.spec.proposedContent
  const { payload, signatures }: { payload: string; signatures: { sig: string }[] } =
    JSON.parse(envelope)
  const sha256 = (bytes: Buffer) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  })
  const spec = {
    envelopeHash: sha256(Buffer.from(envelope)),
    payloadHash: sha256(Buffer.from(payload, 'base64')),
    signatures: signatures.map(({ sig }, index) => ({
      signature: sig,
      verifier: verifiers[index],
    })),
  }
  return JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec })
}

interface ProposedEntry {
  readonly spec: {
    readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] }
  }
}

const bufferOf = (view: ArrayBufferView): Buffer =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength)

interface Parts {
  readonly root: Buffer
  readonly ctlog: { readonly publicKey: Buffer; readonly logID: ArrayBufferView }
  readonly tlog: { readonly publicKey: Buffer }
}

const LONG_AGO = { start: new Date(0) }

function rootOf(url: string, { root, ctlog, tlog }: Parts): TrustedRoot {
  const log = (rawBytes: Buffer, keyId: Buffer) => ({
    baseUrl: url,
    logId: { keyId },
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: {
      rawBytes,
      keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
      validFor: LONG_AGO,
    },
    checkpointKeyId: undefined,
    operator: '',
  })
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      {
        subject: { commonName: 'sigstore', organization: 'sigstore.mock' },
        uri: url,
        certChain: { certificates: [{ rawBytes: root }] },
        validFor: LONG_AGO,
        operator: '',
      },
    ],
    tlogs: [log(tlog.publicKey, createHash('sha256').update(tlog.publicKey).digest())],
    ctlogs: [log(ctlog.publicKey, bufferOf(ctlog.logID))],
    timestampAuthorities: [],
  }
}
