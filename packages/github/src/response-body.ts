import { WorldError } from '@bulkhead/vocabulary'

/** Reads a whole body of at most so many bytes. @throws WorldError `github/failed` */
export async function readBody(url: URL, response: Response, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > mostBytes) throw broken(url, `answered more than ${mostBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof WorldError) throw error
    throw broken(url, 'broke off', error)
  }
  const stated = response.headers.get('content-length')
  // Compressed bodies state their length before they were unpacked.
  const isPlain = response.headers.get('content-encoding') === null
  if (isPlain && stated !== null && stated !== String(size))
    throw broken(url, `answered ${size} bytes and stated ${stated.slice(0, 20)}`)
  return Buffer.concat(chunks)
}

const broken = (url: URL, message: string, cause?: unknown): WorldError =>
  new WorldError(
    {
      code: 'github/failed',
      subject: `${url.origin}${url.pathname}`,
      message,
      remedy: 'run the step again',
    },
    { cause },
  )
