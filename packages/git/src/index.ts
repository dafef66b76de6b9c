export { findUnrelatedBase } from './descent.ts'
export { type OpenRepositoryOptions, openRepository } from './open-repository.ts'
export { readInWindows } from './read-in-windows.ts'
export type { FileAtCommit, Range, RawObject, Repository } from './repository.ts'
