// One thread that reads entries: started by entry-lanes.ts, with nothing but messages in and out.
import { parentPort } from 'node:worker_threads'
import { readBytes } from '../log-chain.ts'
import { AnswerPacker, type LaneTask } from './lane-messages.ts'

/** Answers tasks until the thread is ended. */
export function serveLane(): void {
  parentPort?.on('message', ({ indexes, lengths, bytes, keys }: LaneTask) => {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const packer = new AnswerPacker(indexes.length)
    let from = 0
    for (const [at, index] of indexes.entries()) {
      const end = from + (lengths[at] ?? 0)
      packer.add(readBytes(index, whole.subarray(from, end), keys))
      from = end
    }
    const answer = packer.answer(bytes)
    const { hashes, numbers } = answer
    parentPort?.postMessage(answer, [hashes.buffer, numbers.buffer, bytes.buffer])
  })
}
