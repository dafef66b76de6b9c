import { type Socket, connect } from 'node:net'
import { type CommitId, InputError, WorldError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import { LineInput } from './line-input.ts'
import { remark } from './remarks.ts'
import type { RunPart } from './run-part.ts'
import type { RunIdentity } from './run-record.ts'
import type { RunSummary } from './vouched-run.ts'
import {
  MOST_MESSAGE_BYTES,
  type VoucherMessage,
  parseMessage,
  printMessage,
} from './voucher-protocol.ts'

/** How much longer than its suite a voucher may take: to look at the work tree and copy reports. */
const MARGIN = 120_000

export interface VouchedRunOrder {
  readonly socketPath: string
  /** Top of the work tree. */
  readonly repository: string
  readonly suite: string
  readonly commit: CommitId
  readonly part: RunPart
  readonly run: RunIdentity
  /** Instead of the policy's command. */
  readonly command?: readonly [string, ...string[]]
  /** Time limit of the suite in milliseconds; the voucher keeps its own. */
  readonly timeout: number
  readonly clock: Clock
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
  /** Cancels the run: the voucher kills it when the connection closes. */
  readonly signal?: AbortSignal
}

/**
 * Has a voucher run a suite. What comes back is for showing: the evidence is what the voucher wrote.
 *
 * @throws WorldError `test/voucher-unreachable` when it does not answer, ends early or cannot be
 *   understood
 * @throws InputError, WorldError with the findings by which the voucher refused
 */
export async function requestVouchedRun(order: VouchedRunOrder): Promise<RunSummary> {
  const { socketPath, repository, suite, commit, part, run, command = null } = order
  const done = new AbortController()
  const signals = order.signal === undefined ? [done.signal] : [done.signal, order.signal]
  const socket = connect(socketPath)
  const late = order.clock.sleep(order.timeout + MARGIN, AbortSignal.any(signals)).then(
    () => unreachable(order, 'it did not answer in time'),
    () => unreachable(order, 'the run was cancelled'),
  )
  try {
    socket.write(printMessage({ version: 2, repository, suite, commit, ...part, run, command }))
    const answer = await Promise.race([listen(socket, order), late])
    if (answer instanceof WorldError) throw answer
    if (answer.kind === 'done') return { record: answer.record, findings: answer.findings }
    if (answer.fault === 'input') throw new InputError(answer.findings)
    const [first] = answer.findings
    throw first === undefined ? unreachable(order, 'it gave no reason') : new WorldError(first)
  } finally {
    done.abort()
    socket.destroy()
  }
}

type LastMessage = Exclude<VoucherMessage, { kind: 'output' }>

/** Passes output on until the last message; never rejects. */
function listen(socket: Socket, order: VouchedRunOrder): Promise<LastMessage | WorldError> {
  const input = new LineInput(MOST_MESSAGE_BYTES)
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      const lines = input.add(chunk)
      if (lines === undefined) return resolve(unreachable(order, 'it says more than is read'))
      for (const line of lines) {
        const message = parseMessage(line)
        if (message === undefined)
          return resolve(unreachable(order, 'what it says is not understood'))
        if (message.kind !== 'output') return resolve(message)
        order.onOutput?.(Buffer.from(message.data, 'base64'), message.stream)
      }
    })
    socket.once('error', (error) => resolve(unreachable(order, error.message)))
    socket.once('close', () => resolve(unreachable(order, 'it ended before it had answered')))
  })
}

const unreachable = ({ socketPath }: VouchedRunOrder, message: string): WorldError =>
  new WorldError(remark('test/voucher-unreachable', socketPath, message))
