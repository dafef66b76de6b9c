import type { ObjectVersion, DeleteMarkerEntry, S3Client } from '@aws-sdk/client-s3'
import { storeFailed } from '../store-findings.ts'
import { told } from '../record-store.ts'

export interface BucketOptions {
  readonly bucket: string
  readonly region?: string | undefined
  /** Another server than Amazon's, as a URL; its buckets are then named in the path. */
  readonly endpoint?: string | undefined
}

export interface S3Object {
  readonly bytes: Buffer
  readonly etag: string
}

/** What must be true for an object to be written. */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'is'; readonly etag: string }
  | { readonly kind: 'any' }

const MAX_OBJECT_BYTES = 64 * 1024 * 1024
const REFUSED = new Set([409, 412])
const NOT_FOUND = 404

/** The objects of a bucket. The client is loaded when it is first needed. */
export class Bucket {
  readonly #options: BucketOptions
  #client: Promise<S3Client> | undefined

  constructor(options: BucketOptions) {
    this.#options = options
  }

  async get(key: string): Promise<S3Object | undefined> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3')
    try {
      const client = await this.#open()
      const answer = await client.send(new GetObjectCommand({ ...this.#at(key) }))
      if ((answer.ContentLength ?? 0) > MAX_OBJECT_BYTES) throw new Error('it is too large')
      const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? [])
      return { bytes, etag: answer.ETag ?? '' }
    } catch (error) {
      if (statusOf(error) === NOT_FOUND) return undefined
      throw this.#failed(key, error)
    }
  }

  /** @returns false when the condition did not hold. @throws the client's own error otherwise */
  async put(key: string, bytes: Buffer, condition: Condition): Promise<boolean> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.#open()
    const command = new PutObjectCommand({ ...this.#at(key), Body: bytes, ...headersOf(condition) })
    return client.send(command).then(
      () => true,
      (error: unknown) => {
        if (REFUSED.has(statusOf(error) ?? 0)) return false
        throw error
      },
    )
  }

  /** Keys under a prefix, in order, after a key. */
  async *keys(prefix: string, after?: string): AsyncGenerator<string> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3')
    const pages = paginateListObjectsV2(
      { client: await this.#open() },
      { Bucket: this.#options.bucket, Prefix: prefix, StartAfter: after },
    )
    try {
      for await (const { Contents = [] } of pages) {
        for (const { Key } of Contents) if (Key !== undefined) yield Key
      }
    } catch (error) {
      throw this.#failed(prefix, error)
    }
  }

  /** Every version of every object under a prefix, and the marks of deletions. */
  async *versions(prefix: string): AsyncGenerator<{
    readonly versions: readonly ObjectVersion[]
    readonly markers: readonly DeleteMarkerEntry[]
  }> {
    const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
    const client = await this.#open()
    let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
    for (;;) {
      const command = new ListObjectVersionsCommand({
        Bucket: this.#options.bucket,
        Prefix: prefix,
        ...from,
      })
      const page = await client.send(command).catch((error: unknown) => {
        throw this.#failed(prefix, error)
      })
      yield { versions: page.Versions ?? [], markers: page.DeleteMarkers ?? [] }
      if (page.IsTruncated !== true) return
      from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
    }
  }

  async close(): Promise<void> {
    ;(await this.#client)?.destroy()
    this.#client = undefined
  }

  #at = (key: string) => ({ Bucket: this.#options.bucket, Key: key })

  #failed = (key: string, error: unknown): Error =>
    storeFailed(`s3://${this.#options.bucket}/${key}`, told(error), error)

  #open(): Promise<S3Client> {
    return (this.#client ??= this.#connect())
  }

  async #connect(): Promise<S3Client> {
    const { S3Client: Client } = await import('@aws-sdk/client-s3')
    const { region, endpoint } = this.#options
    return new Client({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // Servers other than Amazon's do not know the newer checksums. Entries are signed anyhow.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }
}

function headersOf(condition: Condition): { IfNoneMatch?: string; IfMatch?: string } {
  switch (condition.kind) {
    case 'absent':
      return { IfNoneMatch: '*' }
    case 'is':
      return { IfMatch: condition.etag }
    case 'any':
      return {}
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const metadata: unknown = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) {
    return undefined
  }
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
