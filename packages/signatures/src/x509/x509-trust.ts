import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { Principal } from '../principal.ts'
import type { Reading } from '../refusal.ts'
import { type Certificate, readCertificate } from './x509-certificate.ts'
import { type RevocationList, readRevocationList } from './x509-crl.ts'
import { readUse } from './x509-extensions.ts'
import type { CertificatePath } from './x509-path.ts'

/** Somebody whom a pinned root may vouch for, by the emails in their certificates. */
export interface X509Signer {
  readonly principal: Principal
  /** Compared exactly. */
  readonly emails: readonly string[]
}

/** What X.509 signatures are judged by. */
export interface X509Trust {
  readonly roots: readonly Certificate[]
  /** Undefined when the policy names none: then nothing is known to be revoked. */
  readonly lists: readonly RevocationList[] | undefined
  readonly signers: readonly X509Signer[]
  /** What was found out so far, by the certificates that a message brought. */
  readonly found: Map<string, X509Paths>
}

/** The ways from a certificate to pinned roots, at least one, or why there is none. */
export type X509Paths = Reading<{
  readonly leaf: Certificate
  readonly paths: readonly CertificatePath[]
}>

interface NamedFile {
  readonly bytes: Uint8Array
  /** How the file is called in findings. */
  readonly path: string
}

export interface X509Files {
  readonly roots: NamedFile
  readonly crls?: NamedFile | undefined
}

const MAX_FILE = 16 * 1024 * 1024
const MAX_BLOCKS = 256

/**
 * Reads the pinned roots and the revocation lists of a policy, both in PEM. Text outside of the
 * blocks is passed over, as every tool writes some.
 * @throws InputError `policy/invalid-file` or `policy/too-large`
 */
export function parseX509Trust(files: X509Files, signers: readonly X509Signer[]): X509Trust {
  const roots = blocksOf(files.roots, 'CERTIFICATE', ROOTS_REMEDY).map((der) => {
    const certificate = readCertificate(der)
    const problem = objectToRoot(certificate)
    if (certificate !== undefined && problem === undefined) return certificate
    throw fault(files.roots.path, problem ?? NO_CERTIFICATE, ROOTS_REMEDY)
  })
  const { crls } = files
  const lists =
    crls &&
    blocksOf(crls, 'X509 CRL', CRLS_REMEDY).map((der) => {
      const list = readRevocationList(der)
      if (typeof list === 'string') throw fault(crls.path, `holds a list that ${list}`, CRLS_REMEDY)
      return list
    })
  return { roots, lists, signers, found: new Map() }
}

const NO_CERTIFICATE = 'holds a certificate that is not of version 3 in DER'
const ROOTS_REMEDY =
  'write the root certificates in PEM: `openssl x509 -in ROOT` prints one, `openssl x509 -inform DER -in ROOT` converts one'
const CRLS_REMEDY =
  'write full lists in PEM, fresh from each authority: `openssl crl -inform DER -in LIST` converts one'

/** A pinned certificate of a person would let them sign as an authority, or never expire from it. */
function objectToRoot(certificate: Certificate | undefined): string | undefined {
  if (certificate === undefined) return undefined
  const use = readUse(certificate)
  const subject = `holds the certificate ${certificate.fingerprint}, which`
  if (typeof use === 'string') return `${subject} ${use}`
  if (!use.isAuthority) return `${subject} is no certificate of an authority`
  const key = certificate.key()
  return key.kind === 'refused' ? `${subject} ${key.refusal.message}` : undefined
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----/g

function blocksOf({ bytes, path }: NamedFile, label: string, remedy: string): readonly Buffer[] {
  if (bytes.length > MAX_FILE) {
    const message = `has ${bytes.length} bytes; more than ${MAX_FILE} are not read`
    throw new InputError({ code: 'policy/too-large', subject: path, message, remedy })
  }
  const text = Buffer.from(bytes).toString('latin1')
  const blocks = [...text.matchAll(BLOCK)]
  const begun = text.split('-----BEGIN ').length - 1
  const strange = blocks.find(([, found]) => found !== label)
  if (begun !== blocks.length || blocks.length === 0 || strange !== undefined) {
    throw fault(path, `is not one or more PEM blocks of the kind ${label} and no others`, remedy)
  }
  if (blocks.length > MAX_BLOCKS) throw fault(path, 'has too many blocks', remedy)
  return blocks.map(([, , body = '']) => Buffer.from(body, 'base64'))
}

function fault(subject: string, message: string, remedy: string): InputError {
  const finding: Finding = { code: 'policy/invalid-file', subject, message, remedy }
  return new InputError(finding)
}
