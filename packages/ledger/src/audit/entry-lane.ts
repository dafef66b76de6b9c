// One thread that reads entries: started by entry-lanes.ts, with nothing but messages in and out.
import { parentPort } from 'node:worker_threads'
import { type TrustedKey, quickOpener, sha256 } from '@bulkhead/envelope'
import { openEntry } from '../entry-form.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { entryIn } from './entry-batch.ts'
import { AnswerPacker, type LaneTask } from './lane-messages.ts'

/** Answers tasks until the thread is ended. */
export function serveLane(): void {
  const open = quickOpener()
  let trusted: readonly TrustedKey[] = []
  parentPort?.on('message', ({ places, bytes, keys }: LaneTask) => {
    trusted = keys ?? trusted
    const entries = places.length / 2
    const packer = new AnswerPacker(entries)
    for (let nth = 0; nth < entries; nth += 1) {
      const entry = entryIn({ places, bytes }, nth)
      const opened = openEntry(entry, trusted, open)
      const own = opened.kind === 'read' ? opened.digest : sha256(entry)
      packer.add(opened, own, hashLeaf(entry))
    }
    const answer = packer.answer(bytes)
    const { leaves, numbers, dates } = answer
    const given = [leaves.buffer, numbers.buffer, dates.buffer, bytes.buffer]
    parentPort?.postMessage(answer, given)
  })
}
