export { canonicalJson, isCanonicalAscii, isPlainObject } from './canonical-json.ts'
export { sha256 } from './digest.ts'
export { canonicalEcdsa } from './ecdsa-signature.ts'
export { isBundle, openEnvelope, openWithKeys, quickOpener, sealEnvelope } from './envelope.ts'
export { withExactText } from './exact-text.ts'
export { JsonRefusal } from './json-scanner.ts'
export { type KeyPair, generateKeyPair, parsePrivateKey, parsePublicKey } from './keys.ts'
export { algorithmOf, isSignedBy } from './key-signature.ts'
export { preAuthenticationEncoding } from './pre-authentication-encoding.ts'
export {
  type Shape,
  type ShapeReading,
  anyObject,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  objectWith,
  oneOf,
  orNull,
  readShape,
  recordOf,
  text,
  textLike,
  treeText,
} from './shape.ts'
export { readJson } from './shaped-json.ts'
export {
  type OpenStatementResult,
  STATEMENT_PAYLOAD_TYPE,
  openStatement,
  readStatement,
  sealStatement,
  writeStatement,
} from './statement.ts'
export { type JsonLimits, parseStrictJson } from './strict-json.ts'
export type {
  Envelope,
  KeyAlgorithm,
  KeyId,
  KeylessSigner,
  OpenResult,
  OpenedEnvelope,
  Signer,
  Statement,
  StatementSigner,
  Subject,
  TrustedIdentity,
  TrustedKey,
  TrustedSigner,
} from './types.ts'
