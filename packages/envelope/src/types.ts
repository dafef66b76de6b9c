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

/** Signs bytes. A file key today; Sigstore and KMS keep to the same door. */
export interface Signer {
  readonly id: KeyId
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

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
  readonly signer: TrustedKey
  /** SHA-256 of the serialised envelope as it was read. */
  readonly digest: Digest
}
