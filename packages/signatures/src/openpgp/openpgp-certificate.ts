import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { Key, Subkey } from 'openpgp'
import { type OpenPgpKey, readOpenPgpKey } from './openpgp-key.ts'
import {
  type KeyPeriod,
  type OpenPgpLibrary,
  periodsOf,
  weakSelfSignature,
} from './openpgp-period.ts'
import type { Principal } from '../principal.ts'
import type { Reading } from '../refusal.ts'

/** A primary key or subkey, and when it may sign documents. */
export interface CertifiedKey {
  /** The key, or why signatures by it are not accepted (weak, or of a kind not verified). */
  readonly key: Reading<OpenPgpKey>
  /** By time, each until the next. */
  readonly periods: readonly KeyPeriod[]
}

/** An OpenPGP certificate (a "public key" to gpg) with all that was to be found out about its keys. */
export interface OpenPgpCertificate {
  /** Of the primary key: lower-case hex, in full. */
  readonly fingerprint: string
  /** Its primary key and subkeys by their own fingerprints. */
  readonly keys: ReadonlyMap<string, CertifiedKey>
}

/** Who may sign with the keys of a certificate. Its user IDs say nothing: their owner wrote them. */
export interface OpenPgpSigner {
  readonly principal: Principal
  readonly certificate: OpenPgpCertificate
}

const MAX_FILE = 1024 * 1024
const MAX_CERTIFICATES = 1_024
const MAX_SUBKEYS = 64
/** One block, with nothing but blank lines before it. */
const BLOCK =
  /\s*(-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n[^-]*-----END PGP PUBLIC KEY BLOCK-----)[ \t]*(?:\r?\n|$)/y

/**
 * Reads armored public keys (`gpg --armor --export`), one block after the other, and finds out when
 * each key in them may sign: its flags, bindings both ways, expiry and revocations.
 * @param path how the file is called in findings
 * @throws InputError `policy/invalid-file` or `policy/too-large`
 */
export async function parseOpenPgpCertificates(
  bytes: Uint8Array,
  path: string,
): Promise<readonly OpenPgpCertificate[]> {
  if (bytes.length > MAX_FILE) {
    const message = `has ${bytes.length} bytes; more than ${MAX_FILE} are not read`
    const remedy =
      'export without the signatures of others: `gpg --armor --export-options export-minimal --export`'
    throw new InputError({ code: 'policy/too-large', subject: path, message, remedy })
  }
  const blocks = splitBlocks(Buffer.from(bytes).toString('latin1'))
  if (blocks === undefined) {
    throw fault(path, 'is not a sequence of armored public key blocks and nothing else')
  }
  // Half a megabyte of code that a range without OpenPGP never needs.
  const library = await import('openpgp')
  const certificates: OpenPgpCertificate[] = []
  for (const block of blocks) {
    for (const key of await readBlock(library, block, path)) {
      certificates.push(await readCertificate(library, key, path))
    }
    if (certificates.length > MAX_CERTIFICATES) throw fault(path, 'has too many certificates')
  }
  return certificates
}

function splitBlocks(text: string): readonly string[] | undefined {
  const blocks: string[] = []
  let end = 0
  for (;;) {
    BLOCK.lastIndex = end
    const [whole, block] = BLOCK.exec(text) ?? []
    if (whole === undefined || block === undefined) break
    blocks.push(block)
    end += whole.length
  }
  return blocks.length > 0 && text.slice(end).trim() === '' ? blocks : undefined
}

async function readBlock(library: OpenPgpLibrary, armoredKeys: string, path: string) {
  try {
    return await library.readKeys({ armoredKeys })
  } catch (cause) {
    throw fault(path, 'has an OpenPGP block that cannot be read', cause)
  }
}

async function readCertificate(
  library: OpenPgpLibrary,
  certificate: Key,
  path: string,
): Promise<OpenPgpCertificate> {
  const fingerprint = certificate.getFingerprint()
  const subject = `${path}: ${fingerprint}`
  if (certificate.isPrivate()) throw fault(subject, 'is a private key: keep it to yourself')
  if (certificate.keyPacket.version !== 4) throw fault(subject, 'is not of version 4')
  if (certificate.subkeys.length > MAX_SUBKEYS) throw fault(subject, 'has too many subkeys')
  const weak = weakSelfSignature(library, certificate)
  if (weak !== undefined) throw fault(subject, weak)
  const keys = new Map<string, CertifiedKey>()
  for (const part of [certificate, ...certificate.subkeys]) {
    const key = readOpenPgpKey(Buffer.from(part.keyPacket.write()))
    if (key.kind === 'read' && key.value.fingerprint !== part.getFingerprint()) {
      throw fault(subject, 'has a key whose fingerprint is not its own')
    }
    keys.set(part.getFingerprint(), {
      key,
      periods: await periodsOrFault(library, certificate, part, subject),
    })
  }
  return { fingerprint, keys }
}

async function periodsOrFault(
  library: OpenPgpLibrary,
  certificate: Key,
  part: Key | Subkey,
  subject: string,
): Promise<readonly KeyPeriod[]> {
  const periods = await periodsOf(library, certificate, part)
  if (periods === undefined) throw fault(subject, 'has more signatures than are looked at')
  return periods
}

function fault(subject: string, message: string, cause?: unknown): InputError {
  const remedy =
    'write what `gpg --armor --export-options export-minimal --export FINGERPRINT` prints'
  const finding: Finding = { code: 'policy/invalid-file', subject, message, remedy }
  return new InputError(finding, { cause })
}
