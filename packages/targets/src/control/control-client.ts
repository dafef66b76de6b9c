import { type Socket, connect } from 'node:net'
import type { Hand } from '@bulkhead/rollout'
import { WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import type { StateDirectory } from '../fleet/state-directory.ts'
import { fleetDown } from '../refusals.ts'
import { linesOf, sendLine } from './lines.ts'
import { HEARTBEAT_MS, type Request, reply, results } from './protocol.ts'

/** The supervisor says every second that it still works; so much silence means that it hangs. */
const SILENCE_MS = 10 * HEARTBEAT_MS

type ResultOf<Op extends Request['op']> = v.InferOutput<(typeof results)[Op]>

/** Who waits for the answer: a hand on the fleet, or nobody in particular. */
type Listener = Partial<Pick<Hand, 'signal' | 'onProgress'>>

/**
 * Asks the supervisor for one operation. An abort is passed on as `cancel`, and the answer is still
 * awaited: what the fleet made of it is what counts.
 *
 * @throws WorldError `rollout/target-failed` when nobody answers, or with the supervisor's finding.
 */
export async function ask<Op extends Request['op']>(
  state: StateDirectory,
  request: Extract<Request, { op: Op }> & { readonly op: Op },
  { signal, onProgress }: Listener = {},
): Promise<ResultOf<Op>> {
  const socket = connect({ path: state.control })
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('no answer in time')))
  const cancel = () => sendLine(socket, { op: 'cancel' })
  try {
    sendLine(socket, request)
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    const result = await firstResult(socket, state, onProgress)
    return v.parse(results[request.op], result)
  } catch (error) {
    throw error instanceof WorldError ? error : fleetDown(state.path, describe(error))
  } finally {
    signal?.removeEventListener('abort', cancel)
    socket.destroy()
  }
}

async function firstResult(
  socket: Socket,
  state: StateDirectory,
  onProgress: Listener['onProgress'],
): Promise<unknown> {
  for await (const line of linesOf(socket)) {
    const said = v.parse(v.pipe(v.string(), v.parseJson(), reply), line)
    if (said.kind === 'refused') throw new WorldError(said.finding)
    if (said.kind === 'progress') onProgress?.({ unit: said.unit, note: said.note })
    if (said.kind === 'done') return said.result
  }
  throw fleetDown(state.path, 'it hung up before it had answered')
}

function describe(error: unknown): string {
  if (v.isValiError(error)) return 'its answer is not understood (another version of bulkhead?)'
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'it is not up'
  return error instanceof Error ? error.message : String(error)
}
