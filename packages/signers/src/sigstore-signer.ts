import type { Bundle } from '@sigstore/bundle'
import { type KeylessSigner, type TrustedIdentity, canonicalJson } from '@bulkhead/envelope'
import { WorldError } from '@bulkhead/vocabulary'
import { type WorkflowIdentity, trustedIdentity } from './sigstore-identity.ts'
import { type RootFile, readTrustedRoot } from './sigstore-root.ts'

export interface SigstoreRequest {
  /** Who we must turn out to be, by the policy. */
  readonly wanted: WorkflowIdentity
  readonly root: RootFile | undefined
  /** The OIDC token of this job with the audience `sigstore`; from the runner when not given. */
  readonly token?: () => Promise<string>
  /** How often each service is asked again; 3 when not given. */
  readonly retries?: number
}

const TIMEOUT_MS = 20_000

/**
 * Signs with a certificate of ten minutes for a key that is thrown away: Fulcio certifies who this job
 * is, and the transparency log records it in public. Do not use the public instance for what must not
 * be known: the entry names the repository and the workflow.
 */
export function sigstoreSigner(request: SigstoreRequest): KeylessSigner {
  const { wanted, root } = request
  return {
    async seal(payloadType, payload) {
      const bundle = await signBundle(request, payloadType, payload)
      const { bundleToJSON } = await import('@sigstore/bundle')
      const bytes = Buffer.from(canonicalJson(bundleToJSON(withoutEmptyTimes(bundle))))
      refuseUnlessOurs(await trustedIdentity(wanted, root), bytes, payloadType)
      return bytes
    },
  }
}

function withoutEmptyTimes(bundle: Bundle): Bundle {
  const { timestampVerificationData: times, ...material } = bundle.verificationMaterial
  return times === undefined || times.rfc3161Timestamps.length > 0
    ? bundle
    : { ...bundle, verificationMaterial: { ...material, timestampVerificationData: undefined } }
}

/** The services are those that the trusted root names: what they give must hold against it anyway. */
async function signBundle(
  { wanted, root, token, retries = 3 }: SigstoreRequest,
  type: string,
  payload: Uint8Array,
): Promise<Bundle> {
  const [{ CIContextProvider, DSSEBundleBuilder, FulcioSigner, RekorWitness }, trusted] =
    await Promise.all([import('@sigstore/sign'), readTrustedRoot(root)])
  const fulcioBaseURL = trusted.certificateAuthorities.findLast(
    ({ validFor }) => validFor?.end === undefined,
  )?.uri
  const rekorBaseURL = trusted.tlogs.find(
    ({ publicKey }) => publicKey?.validFor?.end === undefined,
  )?.baseUrl
  if (fulcioBaseURL === undefined || rekorBaseURL === undefined)
    throw unavailable(wanted, new Error('the trusted root names no service that is in use'))
  const options = { retry: { retries }, timeout: TIMEOUT_MS }
  const identityProvider =
    token === undefined ? new CIContextProvider('sigstore') : { getToken: token }
  const signer = new FulcioSigner({ ...options, fulcioBaseURL, identityProvider })
  const witness = new RekorWitness({ ...options, rekorBaseURL, entryType: 'dsse' })
  const builder = new DSSEBundleBuilder({ signer, witnesses: [witness] })
  try {
    return await builder.create({ data: Buffer.from(payload), type })
  } catch (cause) {
    throw unavailable(wanted, cause)
  }
}

/** One who is somebody else than the policy says is found here, and not where everybody refuses. */
function refuseUnlessOurs(identity: TrustedIdentity, bytes: Buffer, payloadType: string): void {
  const opened = identity.open(bytes, payloadType)
  if (opened.kind === 'opened') return
  throw new WorldError({
    code: 'signer/wrong-answer',
    subject: identity.name,
    message: `what Sigstore certified is not what the policy names: ${opened.reason}`,
    remedy:
      'run this workflow on the ref that the policy names, or change `sigstore` under `keys` in bulkhead.yml',
  })
}

/** The library puts the token itself into one of its messages: only its codes are shown, no cause kept. */
function unavailable({ identity }: WorkflowIdentity, cause: unknown): WorldError {
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  const why = typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : 'no answer'
  return new WorldError({
    code: 'signer/unavailable',
    subject: identity,
    message: `Sigstore did not sign: ${why}`,
    remedy:
      'give this job `id-token: write`, and let it reach the Fulcio and Rekor of its trusted root; then try again',
  })
}
