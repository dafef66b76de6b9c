import type { RawObject, Repository } from './repository.ts'

/** Requests in flight at a time: enough to hide the latency of a pipe, few enough to bound memory. */
const WINDOW = 256

/** Reads many objects in order, a window ahead of the consumer. */
export async function* readInWindows<Id extends string>(
  source: Pick<Repository, 'readObject'>,
  ids: readonly Id[],
): AsyncGenerator<{ readonly id: Id; readonly object: RawObject }> {
  for (let start = 0; start < ids.length; start += WINDOW) {
    const window = ids.slice(start, start + WINDOW)
    const objects = await Promise.all(window.map((id) => source.readObject(id)))
    for (const [index, object] of objects.entries()) {
      const id = window[index]
      if (id !== undefined) yield { id, object }
    }
  }
}
