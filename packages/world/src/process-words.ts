import type { ProcessEnd } from './run-process.ts'

/** How a command ended, in words that follow its name. @param timeout its limit in milliseconds. */
export function wordsOf(end: ProcessEnd, timeout: number): string {
  switch (end.kind) {
    case 'exited':
      return `ended with exit code ${end.code}`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'timed-out':
      return `took longer than ${timeout} ms`
    case 'cancelled':
      return 'was cancelled'
    case 'output-limit':
      return 'wrote more than is read'
    case 'not-started':
      return `could not be started: ${end.reason}`
  }
}
