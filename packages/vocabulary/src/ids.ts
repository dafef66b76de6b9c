import type { Brand } from './brand.ts'

/** A full git commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. Never abbreviated. */
export type CommitId = Brand<string, 'CommitId'>
/** A full git tree id, same shape as {@link CommitId}. */
export type TreeId = Brand<string, 'TreeId'>
/** A full git blob id, same shape as {@link CommitId}. */
export type BlobId = Brand<string, 'BlobId'>
/** `sha256:` and 64 lower-case hex digits: what a file's bytes are. */
export type Digest = Brand<string, 'Digest'>
/** The index of the ledger entry by which a lease was acquired. It only grows (DESIGN §2). */
export type FencingToken = Brand<number, 'FencingToken'>

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

function objectId<T extends string>(kind: string, text: string): Brand<string, T> {
  if (!OBJECT_ID.test(text)) throw new TypeError(`not a full ${kind} id: ${JSON.stringify(text)}`)
  return text as Brand<string, T>
}

export const isObjectId = (text: string): boolean => OBJECT_ID.test(text)
export const isDigest = (text: string): text is Digest => DIGEST.test(text)

/** Parses a full commit id. @throws TypeError on anything else. */
export const commitId = (text: string): CommitId => objectId<'CommitId'>('commit', text)
/** Parses a full tree id. @throws TypeError on anything else. */
export const treeId = (text: string): TreeId => objectId<'TreeId'>('tree', text)
/** Parses a full blob id. @throws TypeError on anything else. */
export const blobId = (text: string): BlobId => objectId<'BlobId'>('blob', text)

/** Parses `sha256:<64 hex>`. @throws TypeError on anything else. */
export function digest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(`not a sha256 digest: ${JSON.stringify(text)}`)
  return text
}

/** What a SHA-256 gave as hexadecimal digits. @throws TypeError when there are not 64 of them */
export function digestOfHash(hex: string): Digest {
  if (hex.length !== 64) throw new TypeError(`no SHA-256 has ${hex.length} digits`)
  return `sha256:${hex}` as Digest
}

/** The bare 64 hex digits, as in-toto subjects want them. */
export const hexOf = (value: Digest): string => value.slice('sha256:'.length)

/** @throws TypeError on anything but a non-negative safe integer. */
export function fencingToken(value: number): FencingToken {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`not a fencing token: ${value}`)
  return value as FencingToken
}
