import {
  type Signer,
  type TrustedKey,
  generateKeyPair,
  parsePrivateKey,
  parsePublicKey,
} from '../src/index.ts'

/** A fresh signer with the public key by which others trust it. */
export function keyPair(name: string): { readonly signer: Signer; readonly key: TrustedKey } {
  const pair = generateKeyPair()
  return {
    signer: parsePrivateKey(pair.privateKey, name),
    key: parsePublicKey(pair.publicKey, name),
  }
}
