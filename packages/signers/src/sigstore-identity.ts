import type { Bundle, SerializedBundle } from '@sigstore/bundle'
import type { Signer } from '@sigstore/verify'
import {
  JsonRefusal,
  type OpenResult,
  type TrustedIdentity,
  canonicalJson,
  parseStrictJson,
  sha256,
} from '@bulkhead/envelope'
import { type RootFile, readTrustedRoot } from './sigstore-root.ts'

/** Who must have signed; every member is compared exactly. */
export interface WorkflowIdentity {
  /** The OIDC issuer that Fulcio asked. */
  readonly issuer: string
  /** URL of the workflow file, `@`, full name of the ref: the certificate's subject. */
  readonly identity: string
  readonly repositoryId: number
}

const LIMITS = { maxBytes: 32 * 1024 * 1024, maxDepth: 16 }
/** Source Repository Identifier (github.com/sigstore/fulcio, docs/oid-info.md). */
const REPOSITORY_ID = '1.3.6.1.4.1.57264.1.15'
/** One of each: a certificate whose log, an entry in the transparency log, and a time. */
const DEMANDS = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 }

/**
 * Somebody whom a Sigstore instance certifies. Everything is checked offline against the trusted root:
 * the certificate's chain and its own log, the entry in the transparency log with its proof, that the
 * certificate was valid at that time, the signature, and then who it names.
 * @param root a policy's file; the public instance when not given
 * @throws InputError `signer/wrong-root`
 */
export async function trustedIdentity(
  wanted: WorkflowIdentity,
  root: RootFile | undefined,
): Promise<TrustedIdentity> {
  const [sigstore, bundles, trusted] = await Promise.all([
    import('@sigstore/verify'),
    import('@sigstore/bundle'),
    readTrustedRoot(root),
  ])
  const verifier = new sigstore.Verifier(sigstore.toTrustMaterial(trusted), DEMANDS)
  const trustee: TrustedIdentity = {
    name: wanted.identity,
    open(bytes, payloadType): OpenResult {
      const bundle = readBundle(bytes, bundles)
      if (typeof bundle === 'string') return { kind: 'malformed', reason: bundle }
      const payload = payloadOf(bundle, payloadType)
      if (typeof payload === 'string') return { kind: 'malformed', reason: payload }
      const objection = objectionTo(wanted, () => verifier.verify(sigstore.toSignedEntity(bundle)))
      if (objection !== undefined) return { kind: 'untrusted', reason: objection }
      return { kind: 'opened', envelope: { payload, signer: trustee, digest: sha256(bytes) } }
    },
  }
  return trustee
}

/** The part of `@sigstore/bundle` that reads and writes. */
interface BundleForms {
  readonly bundleFromJSON: (value: unknown) => Bundle
  readonly bundleToJSON: (bundle: Bundle) => SerializedBundle
}

/** Reads a bundle in the one spelling that we write: no byte of it can be changed unseen. */
function readBundle(
  bytes: Uint8Array,
  { bundleFromJSON, bundleToJSON }: BundleForms,
): Bundle | string {
  try {
    const bundle = bundleFromJSON(parseStrictJson(bytes, LIMITS))
    // An empty list and none say the same; there is one spelling of it.
    const times = bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps
    const spelt = Buffer.from(canonicalJson(bundleToJSON(bundle)))
    return spelt.equals(bytes) && times?.length !== 0
      ? bundle
      : 'the bundle is not in its canonical form'
  } catch (error) {
    if (error instanceof JsonRefusal) return error.message
    return `it is no Sigstore bundle: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`
  }
}

function payloadOf({ content, verificationMaterial }: Bundle, wanted: string): Buffer | string {
  if (content.$case !== 'dsseEnvelope') return 'the bundle holds no DSSE envelope'
  if (verificationMaterial.content.$case !== 'certificate')
    return 'the bundle does not hold exactly one certificate'
  const { payload, payloadType, signatures } = content.dsseEnvelope
  if (signatures.length !== 1) return `${signatures.length} signatures, exactly one is accepted`
  if (payloadType !== wanted)
    return `the payload type is ${JSON.stringify(payloadType)}, not ${wanted}`
  return payload
}

/** Why the signer is not who is wanted; undefined when they are. */
function objectionTo(wanted: WorkflowIdentity, verify: () => Signer): string | undefined {
  try {
    const { identity } = verify()
    const found = {
      issuer: identity?.extensions?.issuer,
      identity: identity?.subjectAlternativeName,
      'repository id': repositoryIdOf(identity),
    }
    const expected = { ...wanted, 'repository id': String(wanted.repositoryId) }
    for (const key of ['issuer', 'identity', 'repository id'] as const) {
      if (found[key] !== expected[key])
        return `the certificate's ${key} is ${JSON.stringify(found[key] ?? null)}, not ${JSON.stringify(expected[key])}`
    }
    return undefined
  } catch (error) {
    return `Sigstore's proof does not hold: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`
  }
}

/** The one extension of that kind, a UTF8String in DER; undefined when there is none, or several. */
function repositoryIdOf(identity: Signer['identity']): string | undefined {
  const [only, ...others] = (identity?.oids ?? []).filter(
    ({ oid }) => oid?.id.join('.') === REPOSITORY_ID,
  )
  if (only === undefined || others.length > 0) return undefined
  const { value } = only
  const isText = value[0] === 0x0c && value[1] === value.byteLength - 2 && value.byteLength < 0x80
  return isText ? value.subarray(2).toString('latin1') : undefined
}
