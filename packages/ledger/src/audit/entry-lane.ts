// One thread that reads entries: started by entry-lanes.ts, with nothing but messages in and out.
import { parentPort } from 'node:worker_threads'
import { quickOpener, sha256 } from '@bulkhead/envelope'
import { openEntry } from '../entry-form.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { entryIn } from './entry-batch.ts'
import { AnswerPacker, type LaneTask } from './lane-messages.ts'

/** Answers tasks until the thread is ended. */
export function serveLane(): void {
  const open = quickOpener()
  parentPort?.on('message', ({ places, bytes, keys }: LaneTask) => {
    const entries = places.length / 2
    const packer = new AnswerPacker(entries)
    for (let nth = 0; nth < entries; nth += 1) {
      const entry = entryIn({ places, bytes }, nth)
      const opened = openEntry(entry, keys, open)
      const own = opened.kind === 'read' ? opened.digest : sha256(entry)
      packer.add(opened, own, hashLeaf(entry))
    }
    const answer = packer.answer(bytes)
    const { hashes, numbers, data } = answer
    const given = [hashes.buffer, numbers.buffer, data.buffer, bytes.buffer]
    parentPort?.postMessage(answer, given)
  })
}
