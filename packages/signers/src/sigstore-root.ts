import type { TrustedRoot } from '@sigstore/protobuf-specs'
import { JsonRefusal, parseStrictJson } from '@bulkhead/envelope'
import { InputError } from '@bulkhead/vocabulary'

/** Whose certificates and log entries are believed, as a policy names it. */
export interface RootFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const LIMITS = { maxBytes: 4 * 1024 * 1024, maxDepth: 16 }

/**
 * The trusted root of a Sigstore instance (`trusted_root.json` as TUF distributes it): of a file that
 * the policy names, or of the public instance, which is part of this package. It is never fetched: a
 * root that came over the network at verifying time would be somebody else's choice.
 * @throws InputError `signer/wrong-root`
 */
export async function readTrustedRoot(file: RootFile | undefined): Promise<TrustedRoot> {
  const { TrustedRoot } = await import('@sigstore/protobuf-specs')
  if (file === undefined) {
    const { PUBLIC_ROOT } = await import('./public-root.ts')
    return TrustedRoot.fromJSON(JSON.parse(PUBLIC_ROOT))
  }
  try {
    const root = TrustedRoot.fromJSON(parseStrictJson(file.bytes, LIMITS))
    if (root.certificateAuthorities.length > 0 && root.tlogs.length > 0) return root
    throw wrongRoot(file, 'it names no certificate authority or no log')
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw wrongRoot(file, cause instanceof JsonRefusal ? cause.message : 'of another form', cause)
  }
}

const wrongRoot = ({ path }: RootFile, why: string, cause?: unknown): InputError =>
  new InputError(
    {
      code: 'signer/wrong-root',
      subject: path,
      message: `is no trusted root of Sigstore: ${why}`,
      remedy: 'take `trusted_root.json` from the TUF repository of the instance',
    },
    { cause },
  )
