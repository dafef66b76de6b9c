import { type CommitId, type Digest, type TreeId, isDigest, isObjectId } from '@bulkhead/vocabulary'
import * as v from 'valibot'

/** Branded ids as they stand in signed JSON. */
export const commitText = v.custom<CommitId>((value) => typeof value === 'string' && isObjectId(value))
export const treeText = v.custom<TreeId>((value) => typeof value === 'string' && isObjectId(value))
export const digestText = v.custom<Digest>((value) => typeof value === 'string' && isDigest(value))
/** ISO 8601 in UTC with milliseconds, the one form that we write. */
export const timeText = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))
