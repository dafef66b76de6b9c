// One thread that reads entries: started by entry-lanes.ts, with nothing but messages in and out.
import { parentPort } from 'node:worker_threads'
import { readBytes } from '../log-chain.ts'
import { type LaneTask, packAnswer } from './lane-messages.ts'

/** Answers tasks until the thread is ended. */
export function serveLane(): void {
  parentPort?.on('message', ({ indexes, lengths, bytes, keys }: LaneTask) => {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let from = 0
    const read = indexes.map((index, at) => {
      const end = from + (lengths[at] ?? 0)
      const entry = readBytes(index, whole.subarray(from, end), keys)
      from = end
      return entry
    })
    const answer = packAnswer(read)
    parentPort?.postMessage(answer, [answer.leaves.buffer])
  })
}
