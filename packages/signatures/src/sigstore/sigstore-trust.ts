import { type Finding, InputError } from '@bulkhead/vocabulary'
import { type LogEntry, plainBase64, readLogEntryJson } from './log-entry.ts'
import type { LogKey, LogKeys } from './log-key.ts'
import type { Principal } from '../principal.ts'
import type { Reading } from '../refusal.ts'
import { type Certificate, readCertificate, readKey } from '../x509/x509-certificate.ts'
import { isSignedBy } from '../x509/x509-path.ts'

/** One identity that Sigstore confirms: who confirmed it first, then whom. Both compared exactly. */
export interface SigstoreIdentity {
  readonly issuer: string
  readonly identity: string
}

export interface GitsignSigner {
  readonly principal: Principal
  readonly identities: readonly SigstoreIdentity[]
}

/** An authority of Sigstore (Fulcio). */
export interface SigstoreAuthority {
  /** What issues certificates first, its root last. Their signatures hold. */
  readonly chain: readonly Certificate[]
  readonly from: number
  readonly until: number
}

/** What gitsign signatures are judged by, offline. */
export interface SigstoreTrust {
  readonly authorities: readonly SigstoreAuthority[]
  readonly certificateLogs: LogKeys
  readonly entryLogs: LogKeys
  /** Log entries fetched beforehand, by commit id. */
  readonly proofs: ReadonlyMap<string, LogEntry>
  readonly signers: readonly GitsignSigner[]
  /** What was found out so far, by certificate: one that signs several commits is verified once. */
  readonly found: Map<string, Reading<VouchedCertificate>>
}

/** A certificate by a pinned authority, known to a certificate log, for owners in the policy. */
export interface VouchedCertificate {
  readonly certificate: Certificate
  readonly authority: SigstoreAuthority
  /** Never empty. */
  readonly owners: readonly Principal[]
}

interface NamedFile {
  readonly bytes: Uint8Array
  readonly path: string
}

export interface SigstoreFiles {
  readonly trustedRoot: NamedFile
  readonly proofs?: NamedFile | undefined
}

const MAX_FILE = 16 * 1024 * 1024
const ROOT_REMEDY = "commit Sigstore's `trusted_root.json` as it is published, and pin it"
const PROOFS_REMEDY =
  'write a JSON object that maps each full commit id to its entry as `/api/v1/log/entries` of the log answers'

/**
 * Reads Sigstore's `trusted_root.json` (dev.sigstore.trustroot.v1.TrustedRoot in JSON) and the log
 * entries of a policy.
 * @throws InputError `policy/invalid-file` or `policy/too-large`
 */
export function parseSigstoreTrust(
  { trustedRoot, proofs }: SigstoreFiles,
  signers: readonly GitsignSigner[],
): SigstoreTrust {
  const json = readJson(trustedRoot, ROOT_REMEDY)
  const root = (what: string) => fault(trustedRoot.path, what, ROOT_REMEDY)
  const authorities = listIn(json, 'certificateAuthorities').map((one) => {
    const authority = readAuthority(one)
    if (authority === undefined) throw root('has a certificate authority that cannot be read')
    return authority
  })
  const certificateLogs = readLogs(listIn(json, 'ctlogs'))
  const entryLogs = readLogs(listIn(json, 'tlogs'))
  if (certificateLogs === undefined || entryLogs === undefined) {
    throw root('has a log that cannot be read')
  }
  if (authorities.length === 0 || certificateLogs.size === 0 || entryLogs.size === 0) {
    throw root('names no authority, no certificate log or no entry log')
  }
  const entries = proofs === undefined ? new Map<string, LogEntry>() : readProofs(proofs)
  return { authorities, certificateLogs, entryLogs, proofs: entries, signers, found: new Map() }
}

function readJson({ bytes, path }: NamedFile, remedy: string): unknown {
  if (bytes.length > MAX_FILE) {
    const message = `has ${bytes.length} bytes; more than ${MAX_FILE} are not read`
    throw new InputError({ code: 'policy/too-large', subject: path, message, remedy })
  }
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw fault(path, 'is no JSON', remedy)
  }
}

function fault(subject: string, message: string, remedy: string): InputError {
  const finding: Finding = { code: 'policy/invalid-file', subject, message, remedy }
  return new InputError(finding)
}

/** What stands at this path of names; undefined where it does not lead anywhere. */
function at(json: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? Object.getOwnPropertyDescriptor(value, name)?.value
        : undefined,
    json,
  )
}

function listIn(json: unknown, ...names: readonly string[]): readonly unknown[] {
  const list = at(json, ...names)
  return Array.isArray(list) && list.length <= 64 ? list : []
}

/** `validFor`: its start is needed, an end may come later. */
function periodOf(json: unknown): Pick<LogKey, 'from' | 'until'> | undefined {
  const [start, end] = [at(json, 'validFor', 'start'), at(json, 'validFor', 'end')]
  const from = typeof start === 'string' ? Date.parse(start) : Number.NaN
  const until =
    end === undefined ? Infinity : typeof end === 'string' ? Date.parse(end) : Number.NaN
  return Number.isNaN(from) || Number.isNaN(until) ? undefined : { from, until }
}

function readAuthority(json: unknown): SigstoreAuthority | undefined {
  const period = periodOf(at(json))
  const list = listIn(json, 'certChain', 'certificates')
  const chain = list
    .map((one) => plainBase64(at(one, 'rawBytes')))
    .map((der) => der && readCertificate(der))
    .filter((certificate) => certificate !== undefined)
  if (period === undefined || chain.length === 0 || chain.length !== list.length) return undefined
  const isChain = chain.slice(0, -1).every((certificate, index) => {
    const key = chain[index + 1]?.key()
    return key?.kind === 'read' && isSignedBy(certificate, key.value)
  })
  return isChain ? { chain, ...period } : undefined
}

function readLogs(list: readonly unknown[]): LogKeys | undefined {
  const logs = new Map<string, LogKey>()
  for (const json of list) {
    const id = plainBase64(at(json, 'logId', 'keyId'))
    const bytes = plainBase64(at(json, 'publicKey', 'rawBytes'))
    const period = periodOf(at(json, 'publicKey'))
    const key = bytes && readKey(bytes)
    if (id === undefined || period === undefined || key?.kind !== 'read') return undefined
    if (logs.has(id.toString('hex'))) return undefined
    logs.set(id.toString('hex'), { key: key.value, ...period })
  }
  return logs
}

const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

function readProofs(file: NamedFile): ReadonlyMap<string, LogEntry> {
  const json = readJson(file, PROOFS_REMEDY)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw fault(file.path, 'is no JSON object', PROOFS_REMEDY)
  }
  const entries = Object.entries(json).map(([commit, value]): readonly [string, LogEntry] => {
    const entry = COMMIT_ID.test(commit) ? readLogEntryJson(value) : undefined
    if (entry !== undefined) return [commit, entry]
    throw fault(file.path, `has no log entry at ${JSON.stringify(commit)}`, PROOFS_REMEDY)
  })
  return new Map(entries)
}
