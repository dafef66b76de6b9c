import type { KeyObject } from 'node:crypto'
import { holds } from '../crypto-check.ts'
import type { Refusal } from '../refusal.ts'
import { schemeCheck } from './signature-scheme.ts'
import type { Certificate } from './x509-certificate.ts'
import { type CertificateUse, readUse } from './x509-extensions.ts'

/** A certificate from the signer's, whose signature by the next one holds, up to a pinned root. */
export type CertificatePath = readonly Certificate[]

/** Longer paths are nobody's. */
const MAX_PATH = 8
/** Signatures that one message may have us check while looking for its roots. */
const MAX_CHECKS = 16
const MAX_PATHS = 4

/** A certificate, or whatever else its issuer signed: a list of revoked ones. */
type Issued = Pick<Certificate, 'tbs' | 'scheme' | 'signature'>

/** Whether this key signed that certificate or list. */
export function isSignedBy({ tbs, scheme, signature }: Issued, key: KeyObject): boolean {
  if (scheme.kind === 'refused') return false
  const check = schemeCheck({ scheme: scheme.value, key, data: tbs, signature })
  return check.kind === 'read' && holds(check.value)
}

/**
 * Every way from a certificate to a pinned root over these intermediates, by names, key identifiers
 * and signatures (RFC 5280 §6.1.3). Times are no part of it. Bounded, whatever the message brings.
 */
export function pathsTo(
  roots: readonly Certificate[],
  leaf: Certificate,
  intermediates: readonly Certificate[],
): readonly CertificatePath[] {
  const pinned = new Set(roots.map(({ fingerprint }) => fingerprint))
  const issuers = [...roots, ...intermediates.filter((one) => !pinned.has(one.fingerprint))]
  const paths: CertificatePath[] = []
  let checks = 0
  const climb = (path: CertificatePath): void => {
    const last = path.at(-1)
    if (last === undefined || path.length >= MAX_PATH) return
    for (const issuer of issuers) {
      if (!mayIssue(issuer, last) || path.includes(issuer)) continue
      if (checks >= MAX_CHECKS || paths.length >= MAX_PATHS) return
      const key = issuer.key()
      checks += 1
      if (key.kind === 'refused' || !isSignedBy(last, key.value)) continue
      if (pinned.has(issuer.fingerprint)) paths.push([...path, issuer])
      else climb([...path, issuer])
    }
  }
  climb([leaf])
  return paths
}

function mayIssue(issuer: Certificate, issued: Certificate): boolean {
  if (issuer === issued || !issuer.subject.equals(issued.issuer)) return false
  const wanted = useOf(issued)?.authorityKeyId
  const own = useOf(issuer)?.keyId
  return wanted === undefined || own === undefined || wanted.equals(own)
}

const useOf = (certificate: Certificate): CertificateUse | undefined => {
  const use = readUse(certificate)
  return typeof use === 'string' ? undefined : use
}

/** emailProtection and codeSigning (RFC 5280 §4.2.1.12). */
export const SIGNING_PURPOSES = ['1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.3'] as const

/**
 * Whether every certificate of the path may be used for what it was used for (RFC 5280 §6.1.4): why
 * not, or undefined. Purposes narrow downwards: all that name any must share one of `purposes`.
 */
export function objectToUse(
  path: CertificatePath,
  purposes: readonly string[] = SIGNING_PURPOSES,
): Refusal | undefined {
  let shared = purposes
  for (const [depth, certificate] of path.entries()) {
    const use = readUse(certificate)
    if (typeof use === 'string') return untrusted(certificate, use)
    const problem = depth === 0 ? objectToSigner(use) : objectToAuthority(use, path, depth)
    if (problem !== undefined) return untrusted(certificate, problem)
    shared = shared.filter((purpose) => use.purposes?.has(purpose) ?? true)
    if (shared.length === 0) return untrusted(certificate, 'is for other purposes than signing')
  }
  return undefined
}

function objectToSigner({ keyUsage, isAuthority }: CertificateUse): string | undefined {
  if (isAuthority) return 'is an authority, which signs certificates, not commits'
  const fits = keyUsage?.has('digitalSignature') ?? true
  return fits ? undefined : 'is not for digital signatures'
}

function objectToAuthority(
  { isAuthority, keyUsage, pathLength }: CertificateUse,
  path: CertificatePath,
  depth: number,
): string | undefined {
  if (!isAuthority) return 'is no authority, yet signed another certificate'
  if (keyUsage?.has('keyCertSign') === false) return 'may not sign certificates'
  // Authorities that reissued themselves do not count (RFC 5280 §4.2.1.9).
  const below = path.slice(1, depth).filter((one) => !one.issuer.equals(one.subject)).length
  return below > (pathLength ?? Infinity) ? 'may not have so many authorities below it' : undefined
}

const untrusted = ({ fingerprint }: Certificate, problem: string): Refusal => ({
  code: 'signature/untrusted-certificate',
  message: `the certificate ${fingerprint} ${problem}`,
})

/** Whether all of the path is within its validity at a time: why not, or undefined. */
export function objectToValidity(path: CertificatePath, time: number): Refusal | undefined {
  const off = path.find(({ notBefore, notAfter }) => !(notBefore <= time && time <= notAfter))
  if (off === undefined) return undefined
  const period = `${new Date(off.notBefore).toISOString()} to ${new Date(off.notAfter).toISOString()}`
  const message = `the certificate ${off.fingerprint} is valid from ${period}, not at the time that counts`
  return { code: 'signature/key-not-valid', message }
}
