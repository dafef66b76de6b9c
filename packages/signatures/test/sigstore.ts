import { createHash, sign } from 'node:crypto'
import { bare, node, octets, sequence } from './der.ts'
import {
  type CertificateRequest,
  type Holder,
  PURPOSE,
  authority,
  extension,
  issue,
  makeRoot,
  purposes,
  usage,
} from './pki.ts'
import { RECEIPT } from './stage.ts'

/** A Sigstore instance of our own: an authority, a log of certificates, a log of entries. */
export interface Sigstore {
  readonly root: Holder
  readonly issuer: Holder
  readonly certificateLog: Holder
  readonly entryLog: Holder
}

export const ISSUER = 'https://issuer.example.test'
/** When everything is signed and logged unless a test says otherwise, in seconds. */
export const LOGGED = RECEIPT / 1_000 - 3_600

/** Logs have keys; a self-signed certificate is how these tests hold one. */
const makeLog = (commonName: string): Holder => issue({ commonName })

export function makeSigstore(): Sigstore {
  const root = makeRoot('sigstore', { kind: 'p384', extensions: [authority(), usage(5, 6)] })
  const issuer = issue({
    commonName: 'sigstore-intermediate',
    kind: 'p384',
    issuer: root,
    notAfter: Date.UTC(2035, 0, 1),
    extensions: [authority(0), usage(5, 6), purposes(PURPOSE.code)],
  })
  return { root, issuer, certificateLog: makeLog('ct'), entryLog: makeLog('rekor') }
}

export const logIdOf = ({ publicKeyInfo }: Holder): Buffer =>
  createHash('sha256').update(publicKeyInfo).digest()

/** When a part of the trusted root was in service. */
export interface Service {
  readonly start?: string
  readonly end?: string
}

export interface Services {
  readonly authority?: Service
  readonly certificateLog?: Service
  readonly entryLog?: Service
}

/** `trusted_root.json` of an instance. */
export function trustedRootOf(sigstore: Sigstore, services: Services = {}): object {
  const period = ({ start = '2026-01-01T00:00:00Z', end }: Service = {}) => ({
    validFor: { start, ...(end === undefined ? {} : { end }) },
  })
  const log = (holder: Holder, service?: Service) => ({
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: holder.publicKeyInfo.toString('base64'), ...period(service) },
    logId: { keyId: logIdOf(holder).toString('base64') },
  })
  const certificates = [sigstore.issuer, sigstore.root].map(({ der }) => ({
    rawBytes: der.toString('base64'),
  }))
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(sigstore.entryLog, services.entryLog)],
    certificateAuthorities: [{ certChain: { certificates }, ...period(services.authority) }],
    ctlogs: [log(sigstore.certificateLog, services.certificateLog)],
  }
}

export interface IdentityRequest {
  /** Undefined: the certificate says nobody. */
  readonly issuer?: string | undefined
  readonly issuerV2?: string | undefined
  readonly names?: readonly Buffer[]
  readonly extensions?: readonly Buffer[]
  readonly more?: Partial<CertificateRequest>
  /** Who logs the certificate; null: nobody. Default: the instance's log. */
  readonly loggedBy?: Holder | null
  readonly loggedAt?: number
}

/** A certificate for minutes, as Fulcio issues it. */
export function certify(
  { issuer, certificateLog }: Sigstore,
  identity: string,
  request: IdentityRequest = {},
): Holder {
  const { loggedBy = certificateLog, loggedAt = LOGGED * 1_000, more = {} } = request
  const stated = 'issuer' in request ? request.issuer : ISSUER
  const second = 'issuerV2' in request ? request.issuerV2 : stated
  const { names = [bare(identity.includes('://') ? 6 : 1, identity)] } = request
  const extensions = [
    usage(0),
    purposes(PURPOSE.code),
    extension('2.5.29.17', sequence(...names), true),
    ...(stated === undefined ? [] : [extension(FULCIO.issuer, Buffer.from(stated))]),
    ...(second === undefined ? [] : [extension(FULCIO.issuerV2, node(0x0c, Buffer.from(second)))]),
    ...(request.extensions ?? []),
  ]
  const base = {
    commonName: 'fulcio',
    issuer,
    serial: 4_242,
    notBefore: LOGGED * 1_000 - 60_000,
    notAfter: LOGGED * 1_000 + 540_000,
    ...more,
  }
  const before = issue({ ...base, extensions })
  if (loggedBy === null) return before
  const timestamp = timestampOf(before, issuer, loggedBy, loggedAt)
  return issue({ ...base, keysOf: before, extensions: [...extensions, timestamp] })
}

const FULCIO = { issuer: '1.3.6.1.4.1.57264.1.1', issuerV2: '1.3.6.1.4.1.57264.1.8' } as const

function unsigned(value: number | bigint, width: number): Buffer {
  return Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex')
}

/** RFC 6962 §3.2 and §3.3. */
function timestampOf(before: Holder, issuer: Holder, log: Holder, at: number): Buffer {
  const time = unsigned(at, 8)
  const keyHash = createHash('sha256').update(issuer.publicKeyInfo).digest()
  const entry = [keyHash, unsigned(before.tbs.length, 3), before.tbs, unsigned(0, 2)]
  const data = Buffer.concat([Buffer.of(0, 0), time, Buffer.of(0, 1), ...entry])
  const signature = sign('sha256', data, log.privateKey)
  const signed = [Buffer.of(4, 3), unsigned(signature.length, 2), signature]
  const one = Buffer.concat([Buffer.of(0), logIdOf(log), time, unsigned(0, 2), ...signed])
  const list = Buffer.concat([unsigned(one.length + 2, 2), unsigned(one.length, 2), one])
  return extension('1.3.6.1.4.1.11129.2.4.2', octets(list))
}
