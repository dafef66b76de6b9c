import { WorldError } from '@bulkhead/vocabulary'

export const missingObject = (id: string): WorldError =>
  new WorldError({
    code: 'git/missing-object',
    subject: id,
    message: 'is not in the object store of this clone',
    remedy: 'run `git fetch origin` and `git fsck`; a partial clone needs `git fetch --refetch`',
  })

export const tooLarge = (id: string, size: number, limit: number): WorldError =>
  new WorldError({
    code: 'git/too-large',
    subject: id,
    message: `has ${size} bytes; more than ${limit} are not read`,
    remedy: 'keep files of this size out of what is judged, e.g. with Git LFS',
  })

export const corruptObject = (id: string): WorldError =>
  new WorldError({
    code: 'git/corrupt-object',
    subject: id,
    message: 'the stored bytes do not hash to this id',
    remedy: 'run `git fsck --full`, then clone again from a source that you trust',
  })
