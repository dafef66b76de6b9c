import type { RawObject, Repository } from './repository.ts'

/** Requests in flight at a time: enough to hide the latency of a pipe, few enough to bound memory. */
const WINDOW = 64

/**
 * Reads many objects in order, up to two windows ahead of the consumer; ahead of the first it reads
 * nothing, for many a consumer wants no more.
 */
export async function* readInWindows<Id extends string>(
  source: Pick<Repository, 'readObject'>,
  ids: readonly Id[],
): AsyncGenerator<{ readonly id: Id; readonly object: RawObject }> {
  const readFrom = (start: number) => {
    const window = ids.slice(start, start + WINDOW)
    const objects = Promise.all(window.map((id) => source.readObject(id)))
    // Awaited below, unless the consumer stops before.
    objects.catch(() => undefined)
    return { window, objects }
  }
  const [first] = ids
  if (first === undefined) return
  yield { id: first, object: await source.readObject(first) }
  let ahead = readFrom(1)
  for (let start = 1; start < ids.length; start += WINDOW) {
    const { window, objects } = ahead
    ahead = readFrom(start + WINDOW)
    for (const [index, object] of (await objects).entries()) {
      const id = window[index]
      if (id !== undefined) yield { id, object }
    }
  }
}
