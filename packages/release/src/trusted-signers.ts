import type { LoadedPolicy, PrincipalPolicy } from '@bulkhead/policy'
import {
  type OpenPgpSigner,
  type Principal,
  type SigstoreTrust,
  type TrustedSigners,
  type X509Trust,
  parseAllowedSigners,
  parseOpenPgpCertificates,
  parseRevokedKeys,
  parseSigstoreTrust,
  parseX509Trust,
} from '@bulkhead/signatures'
import { InputError } from '@bulkhead/vocabulary'

/**
 * Whom a policy lets sign, in every format, out of the files at its trusted ref.
 * @throws InputError for a file that is absent or malformed
 */
export async function trustedSignersOf(policy: LoadedPolicy): Promise<TrustedSigners> {
  const { signers, signing } = policy.policy
  const principals = Object.entries(signing.principals).map(asPrincipal)
  const { revoked, rules } = signing
  return {
    allowedSigners:
      signers === undefined
        ? { path: '`signing.principals` of bulkhead.yml', byKey: new Map(), authorities: new Map() }
        : parseAllowedSigners(fileOf(policy, signers), signers, principals),
    revokedKeys:
      revoked === undefined ? undefined : parseRevokedKeys(fileOf(policy, revoked), revoked),
    rules,
    requireTouch: rules.touch === 'required',
    openPgpSigners: await openPgpSignersOf(policy),
    x509: x509TrustOf(policy),
    sigstore: sigstoreTrustOf(policy),
  }
}

const asPrincipal = ([name, { role, committers }]: readonly [
  string,
  PrincipalPolicy,
]): Principal => ({ name, role, committers })

/** Undefined when the policy trusts no certificate at all. */
async function openPgpSignersOf(
  policy: LoadedPolicy,
): Promise<readonly OpenPgpSigner[] | undefined> {
  const named = Object.entries(policy.policy.signing.principals).flatMap((entry) =>
    entry[1].openpgp.map((path) => ({ principal: asPrincipal(entry), path })),
  )
  if (named.length === 0) return undefined
  const read = named.map(async ({ principal, path }) => {
    const certificates = await parseOpenPgpCertificates(fileOf(policy, path), path)
    return certificates.map((certificate): OpenPgpSigner => ({ principal, certificate }))
  })
  return (await Promise.all(read)).flat()
}

/** Undefined when the policy pins no root. */
function x509TrustOf(policy: LoadedPolicy): X509Trust | undefined {
  const { x509, principals } = policy.policy.signing
  if (x509 === undefined) return undefined
  const files = { roots: namedFile(policy, x509.roots), crls: optionalFile(policy, x509.crls) }
  const signers = Object.entries(principals).map((entry) => ({
    principal: asPrincipal(entry),
    emails: entry[1].x509,
  }))
  return parseX509Trust(files, signers)
}

/** Undefined when the policy pins no Sigstore instance. */
function sigstoreTrustOf(policy: LoadedPolicy): SigstoreTrust | undefined {
  const { sigstore, principals } = policy.policy.signing
  if (sigstore === undefined) return undefined
  const files = {
    trustedRoot: namedFile(policy, sigstore.trustedRoot),
    proofs: optionalFile(policy, sigstore.proofs),
  }
  const signers = Object.entries(principals).map((entry) => ({
    principal: asPrincipal(entry),
    identities: entry[1].gitsign,
  }))
  return parseSigstoreTrust(files, signers)
}

const namedFile = (policy: LoadedPolicy, path: string) => ({ bytes: fileOf(policy, path), path })
const optionalFile = (policy: LoadedPolicy, path: string | undefined) =>
  path === undefined ? undefined : namedFile(policy, path)

function fileOf(policy: LoadedPolicy, path: string): Buffer {
  const bytes = policy.files.get(path)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'policy/missing-file',
    subject: path,
    message: `the trusted ref ${policy.trustedRef} has no such file`,
    remedy: `commit the file at ${path}`,
  })
}
