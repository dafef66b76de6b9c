import type { IncomingMessage } from 'node:http'
import { Problem } from './answer.ts'

/** Ample for a project or an invoice, too little to fill memory with. */
const maxBodyBytes = 16 * 1024

/**
 * Reads the whole body, before any transaction is open: a slow client must not hold the database.
 *
 * @throws Problem 413 beyond 16 KiB, whatever the content-length says; 400 when the client went away.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    let size = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      // The rest stays unread, so the connection is of no more use.
      if (size > maxBodyBytes) throw new Problem(413, 'body_too_large', { connection: 'close' })
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(400, 'incomplete_body')
  }
  return Buffer.concat(chunks)
}

/**
 * Parses the body as one JSON object.
 *
 * @throws Problem 415 for another content type, 400 for bytes that are not UTF-8 or not a JSON object.
 */
export function parseBody(contentType: string | undefined, body: Buffer): Map<string, unknown> {
  if (!/^application\/json *(; *charset=utf-8)?$/i.test(contentType ?? '')) {
    throw new Problem(415, 'json_expected')
  }
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'object_expected')
  }
  return new Map(Object.entries(value))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Problem(400, 'malformed_json')
  }
}
