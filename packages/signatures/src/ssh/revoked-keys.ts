import { createHash } from 'node:crypto'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { isKrl, readKrl } from './krl.ts'
import { type PolicyText, faultIn, limitSize, readKeyText, readLines } from './policy-text.ts'
import type { RevokedCertificates } from './revoked-certificates.ts'
import { fingerprint } from './ssh-key.ts'

/** The keys that a trusted ref has revoked. */
export interface RevokedKeys {
  readonly path: string
  /** Base64 of the key's blob. */
  readonly blobs: ReadonlySet<string>
  /** Lower-case hex of the blob's SHA-1, which key revocation lists may use. */
  readonly sha1: ReadonlySet<string>
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly sha256: ReadonlySet<string>
  /** Certificates by serial or key id, which only key revocation lists name. */
  readonly certificates: readonly RevokedCertificates[]
}

const REMEDY =
  'write one line a key, `ssh-ed25519 AAAA…` or `SHA256:…`, or make the file with `ssh-keygen -k`'
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/
/** Prefixes of ssh-keygen(1), KEY REVOCATION LISTS; each revokes the same key by another route. */
const LINE = /^[ \t]*(key:|sha256:(?=[ \t])|hash:)?[ \t]*(.*?)[ \t]*$/i

/**
 * Parses a revocation file: lines with a public key or a fingerprint (`KEY`, `key: KEY`,
 * `sha256: KEY`, `hash: SHA256:…`, `SHA256:…`), or a binary list made by `ssh-keygen -k`. A file
 * that revokes nothing is taken: nobody may have lost a key yet.
 * @param path how the file is called in findings
 * @throws InputError `policy/invalid-file` or `policy/too-large`: an entry that is passed over would
 *   let a lost key go on signing
 */
export function parseRevokedKeys(bytes: Uint8Array, path: string): RevokedKeys {
  const file: PolicyText = { path, remedy: REMEDY }
  limitSize(bytes, path)
  if (!isKrl(bytes)) return readText(bytes, file)
  const list = readKrl(Buffer.from(bytes))
  if (typeof list === 'string') throw new InputError(faultIn(file, list))
  return { path, ...list }
}

function readText(bytes: Uint8Array, file: PolicyText): RevokedKeys {
  const blobs = new Set<string>()
  const sha256 = new Set<string>()
  const faults: Finding[] = []
  for (const { number, text } of readLines(bytes, file)) {
    const entry = readEntry(text)
    if (entry.kind === 'fault') faults.push(faultIn(file, entry.message, number))
    else (entry.kind === 'blob' ? blobs : sha256).add(entry.value)
  }
  if (faults.length > 0) throw new InputError(faults)
  return { path: file.path, blobs, sha1: new Set(), sha256, certificates: [] }
}

type Entry =
  | { readonly kind: 'blob' | 'sha256'; readonly value: string }
  | { readonly kind: 'fault'; readonly message: string }

function readEntry(line: string): Entry {
  const [, prefix = '', rest = ''] = LINE.exec(line) ?? []
  if (FINGERPRINT.test(rest) && prefix.toLowerCase() !== 'key:') {
    return { kind: 'sha256', value: rest }
  }
  const [keyType = '', key = ''] = rest.split(/[ \t]+/, 2)
  if (key === '' || prefix.toLowerCase() === 'hash:') {
    return fault('is neither a public key nor a SHA256 fingerprint')
  }
  // A certificate line would revoke one certificate, and the reader may think: the key.
  if (/-cert-v\d+@/.test(keyType))
    return fault('is a certificate: revoke the key itself, or its CA')
  const parsed = readKeyText(keyType, key)
  return typeof parsed === 'string' ? fault(parsed) : { kind: 'blob', value: key }
}

const fault = (message: string): Entry => ({ kind: 'fault', message })

/** Whether the key of this blob is revoked, by whatever means the file names it. */
export function isRevoked(blob: Buffer, { blobs, sha1, sha256 }: RevokedKeys): boolean {
  return (
    (blobs.size > 0 && blobs.has(blob.toString('base64'))) ||
    (sha256.size > 0 && sha256.has(fingerprint(blob))) ||
    (sha1.size > 0 && sha1.has(createHash('sha1').update(blob).digest('hex')))
  )
}
