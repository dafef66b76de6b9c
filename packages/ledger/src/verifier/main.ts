// verify.mjs: one file for auditors. Node's own crypto, no package, no network; git only to read a clone.
import { isMainThread } from 'node:worker_threads'
import { serveLane } from '../audit/entry-lane.ts'
import { verifyFromCommandLine } from './command-line.ts'

// Armed first: a crash, or a promise that never settles, is never green.
process.exitCode = 70
if (isMainThread) {
  // A reader that stops early (`| head`) is no error of ours; a full disk under stdout is the world's.
  let untold = false
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => (untold ||= code !== 'EPIPE'))
  process.on('exit', () => {
    if (untold) process.exitCode = 3
  })
  process.exitCode = await verifyFromCommandLine(process.argv.slice(2), new URL(import.meta.url))
} else {
  process.exitCode = 0
  serveLane()
}
