import type { KeyObject } from 'node:crypto'
import type { Brand, Digest } from '@bulkhead/vocabulary'

/** SHA-256 of the key's SPKI DER, `sha256:<hex>`. A hint in envelopes, never trusted. */
export type KeyId = Brand<string, 'KeyId'>

/** A public key that the caller trusts, with the name under which findings and records speak of it. */
export interface TrustedKey {
  readonly name: string
  readonly id: KeyId
  readonly publicKey: KeyObject
}

export type KeyAlgorithm = 'ed25519' | 'ecdsa-p256'

/** Signs bytes with one key, wherever that lies: in a file, or in a key service that only signs. */
export interface Signer {
  readonly id: KeyId
  /** The longest message that it signs, in bytes; absent where it signs any. */
  readonly mostBytes?: number
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** Seals a payload without a key that anybody keeps: the file says by itself who signed, and when. */
export interface KeylessSigner {
  /** @returns the bytes of the signed file */
  readonly seal: (payloadType: string, payload: Uint8Array) => Promise<Buffer>
}

/** Who signs statements. Bytes other than statements (checkpoints) want a key: {@link Signer}. */
export type StatementSigner = Signer | KeylessSigner

/** Somebody who is trusted by who they are, as others have certified, and not by a key. */
export interface TrustedIdentity {
  readonly name: string
  /** Opens a file that a {@link KeylessSigner} wrote, when it is by this identity. */
  readonly open: (bytes: Uint8Array, payloadType: string) => OpenResult
}

export type TrustedSigner = TrustedKey | TrustedIdentity

/** Why an envelope was not opened. `untrusted` covers a changed payload and a foreign signer alike. */
export type OpenResult =
  | { readonly kind: 'opened'; readonly envelope: OpenedEnvelope }
  | { readonly kind: 'malformed' | 'untrusted'; readonly reason: string }

/** DSSE envelope (github.com/secure-systems-lab/dsse, envelope.md v1.0.2), payload as base64. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Digest set of an in-toto subject: algorithm → lower-case hex. */
export interface Subject {
  readonly name: string
  readonly digest: Readonly<Record<string, string>>
}

/** in-toto Statement v1 (github.com/in-toto/attestation, spec/v1/statement.md). */
export interface Statement<Predicate> {
  readonly _type: 'https://in-toto.io/Statement/v1'
  readonly subject: readonly Subject[]
  readonly predicateType: string
  readonly predicate: Predicate
}

/** An envelope whose signature was checked: the exact signed bytes, who signed, and their digest. */
export interface OpenedEnvelope {
  readonly payload: Buffer
  readonly signer: TrustedSigner
  /** SHA-256 of the serialised envelope as it was read. */
  readonly digest: Digest
}
