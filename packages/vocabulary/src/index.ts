export type { Brand } from './brand.ts'
export { counted } from './counted.ts'
export { type Milliseconds, formatDuration, parseDuration } from './duration.ts'
export { ExitCode } from './exit-codes.ts'
export { DeniedError, InputError, WorldError } from './failures.ts'
export { type Finding, sortFindings } from './finding.ts'
export {
  type BlobId,
  type CommitId,
  type Digest,
  type FencingToken,
  type TreeId,
  blobId,
  commitId,
  digest,
  digestOfHash,
  fencingToken,
  hexOf,
  isDigest,
  isObjectId,
  treeId,
} from './ids.ts'
export { MOMENT_EXAMPLE, momentOf } from './moment.ts'
export { nearestKey } from './nearest-key.ts'
export { printable, printableJson } from './printable.ts'
export { type ReasonCode, reasons } from './reasons/index.ts'
