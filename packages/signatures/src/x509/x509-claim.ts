import { createHash } from 'node:crypto'
import { readCmsArmor } from './cms-armor.ts'
import { cmsCheckOf } from './cms-check.ts'
import { readCms, signerCertificate } from './cms-signature.ts'
import type { CommitSignature } from '../commit/commit-object.ts'
import { objectToCommitter } from '../committer-objection.ts'
import type { Principal } from '../principal.ts'
import { type Reading, type Refusal, read, refuse } from '../refusal.ts'
import type { SignatureClaim } from '../signature-format.ts'
import type { Certificate } from './x509-certificate.ts'
import { objectToRevocation } from './x509-crl.ts'
import { readUse } from './x509-extensions.ts'
import { type CertificatePath, objectToUse, objectToValidity, pathsTo } from './x509-path.ts'
import type { X509Paths, X509Trust } from './x509-trust.ts'

/** Reads an X.509 signature: its certificate must lead to a pinned root and name a principal. */
export function readX509Claim(
  { armor, payload }: CommitSignature,
  trust: X509Trust | undefined,
): Reading<SignatureClaim> {
  if (trust === undefined) {
    return refuse(
      'signature/unsupported',
      'is signed with X.509, but the policy trusts no X.509 root',
    )
  }
  const bytes = readCmsArmor(armor)
  if (bytes.kind === 'refused') return bytes
  const signature = readCms(bytes.value)
  if (signature.kind === 'refused') return signature
  const signer = signerCertificate(signature.value)
  if (signer.kind === 'refused') return signer
  const found = trustedPaths(trust, signer.value, signature.value.certificates)
  if (found.kind === 'refused') return found
  // The certificate as it was first read, with its key ready.
  const { leaf: certificate, paths } = found.value
  const owners = ownersOf(trust, certificate)
  if (owners.kind === 'refused') return owners
  const check = cmsCheckOf(signature.value, certificate, payload)
  if (check.kind === 'refused') return check
  return read({
    kind: 'claim',
    owners: owners.value,
    fingerprint: certificate.fingerprint,
    check: check.value,
    objectTo: (committer, receiptTime) =>
      objectToCommitter(certificate.fingerprint, owners.value, committer) ??
      objectToPaths(paths, trust, receiptTime),
  })
}

/** More than a long range has signers with new certificates. */
const MAX_FOUND = 1_024

/** The answer is kept: the paths of a certificate are verified once, not for each commit. */
function trustedPaths(
  trust: X509Trust,
  leaf: Certificate,
  brought: readonly Certificate[],
): X509Paths {
  const key = createHash('sha256')
  for (const { fingerprint } of [leaf, ...brought]) key.update(fingerprint)
  const name = key.digest('hex')
  const paths = trust.found.get(name) ?? findPaths(trust, leaf, brought)
  if (trust.found.size >= MAX_FOUND) trust.found.clear()
  trust.found.set(name, paths)
  return paths
}

function findPaths(
  { roots }: X509Trust,
  leaf: Certificate,
  brought: readonly Certificate[],
): X509Paths {
  const paths = pathsTo(roots, leaf, brought).map((path) => ({ path, refusal: objectToUse(path) }))
  const fit = paths.filter(({ refusal }) => refusal === undefined).map(({ path }) => path)
  if (fit.length > 0) return read({ leaf, paths: fit })
  const refusal = paths[0]?.refusal
  if (refusal !== undefined) return { kind: 'refused', refusal }
  return refuse(
    'signature/untrusted-certificate',
    `the certificate ${leaf.fingerprint} does not lead to a root that the policy pins`,
  )
}

function ownersOf(trust: X509Trust, certificate: Certificate): Reading<readonly Principal[]> {
  const use = readUse(certificate)
  const names = typeof use === 'string' ? [] : use.names
  const emails = names.filter(({ kind }) => kind === 'email').map(({ value }) => value)
  const owners = trust.signers.filter((signer) => signer.emails.some((one) => emails.includes(one)))
  if (owners.length > 0) return read(owners.map(({ principal }) => principal))
  return refuse(
    'signature/unknown-signer',
    `the certificate ${certificate.fingerprint} is for no email that the policy names`,
  )
}

/** One way to a root that holds at the time of receipt is enough, unless a list says revoked. */
function objectToPaths(
  paths: readonly CertificatePath[],
  { lists }: X509Trust,
  receiptTime: number,
): Refusal | undefined {
  const objections = paths.map(
    (path) =>
      objectToValidity(path, receiptTime) ??
      (lists === undefined ? undefined : objectToRevocation(path, lists, receiptTime)),
  )
  const revoked = objections.find((objection) => objection?.code === 'signature/key-revoked')
  return revoked ?? (objections.includes(undefined) ? undefined : objections[0])
}
