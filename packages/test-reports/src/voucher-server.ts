import { once } from 'node:events'
import { realpath } from 'node:fs/promises'
import { type Socket, createServer } from 'node:net'
import { type CommitId, type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import type { Signer } from '@bulkhead/envelope'
import type { Clock, RunProcess } from '@bulkhead/world'
import { LineInput } from './line-input.ts'
import { remark } from './remarks.ts'
import type { SuitePlan } from './suite-run.ts'
import { type Checkout, runVouchedSuite } from './vouched-run.ts'
import {
  MOST_REQUEST_BYTES,
  type RunRequest,
  type VoucherMessage,
  parseRequest,
  printMessage,
} from './voucher-protocol.ts'
import { listenPrivately } from './voucher-socket.ts'

/** Longest wait for a client to say what it wants. */
const PATIENCE = 10_000
/** Output that waits for a slow client; more of it is not sent. The run never waits for a reader. */
const MOST_WAITING = 8 * 1024 * 1024

export interface VoucherOptions {
  /** Path of a unix domain socket, or a named pipe on Windows. */
  readonly socketPath: string
  readonly signer: Signer
  readonly checkout: Checkout
  readonly clock: Clock
  readonly runProcess: RunProcess
  readonly nonce: () => string
  /** What its records say of the tools that it used. */
  readonly tools: Readonly<Record<string, string>>
  /** What the policy says of a suite. @throws InputError `test/unknown-suite` */
  readonly planOf: (suite: string) => Promise<SuitePlan>
  readonly evidenceOf: (commit: CommitId) => string
  /** Ends the service, and a run with it. */
  readonly signal: AbortSignal
  readonly onReady?: () => void
}

/**
 * Runs suites for others and vouches for what it saw. It signs nothing that anybody hands it: the one
 * thing to be had from it is another honest run. The key stays in this process, which the tests, its
 * children, cannot look into by any environment, file or descriptor. One run at a time: a test that
 * asks for a run while it runs is refused instead of waiting for itself.
 *
 * @returns when `signal` is aborted and everything has ended
 * @throws InputError, WorldError when the socket cannot be had
 */
export async function serveVoucher(options: VoucherOptions): Promise<void> {
  const service = new VoucherService(options)
  const server = createServer((socket) => service.accept(socket))
  server.maxConnections = 32
  await listenPrivately(server, options.socketPath)
  options.onReady?.()
  if (!options.signal.aborted) await once(options.signal, 'abort')
  server.close()
  await service.end()
}

class VoucherService {
  readonly #options: VoucherOptions
  readonly #sockets = new Set<Socket>()
  readonly #conversations = new Set<Promise<void>>()
  #isBusy = false

  constructor(options: VoucherOptions) {
    this.#options = options
  }

  accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#sockets.delete(socket))
    const conversation = this.#converse(socket).finally(() => {
      this.#conversations.delete(conversation)
      socket.destroySoon()
    })
    this.#conversations.add(conversation)
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#conversations)
    for (const socket of this.#sockets) socket.destroy()
  }

  async #converse(socket: Socket): Promise<void> {
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, this.#options.signal])
    const request = await this.#readRequest(socket, signal)
    if (request !== undefined) send(socket, await this.#answer(request, socket, signal))
    else if (!signal.aborted)
      send(socket, refusal(remark('test/voucher-refused', 'request', 'it is not understood')))
  }

  /** The first line; undefined when it is not a request, too long, or does not come. */
  async #readRequest(socket: Socket, signal: AbortSignal): Promise<RunRequest | undefined> {
    const input = new LineInput(MOST_REQUEST_BYTES)
    const heard = new AbortController()
    const line = new Promise<string | undefined>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        // What comes after the request is read and dropped, so that the end is noticed.
        if (heard.signal.aborted) return
        const lines = input.add(chunk)
        if (lines === undefined || lines.length > 0) resolve(lines?.[0])
      })
      socket.once('end', () => resolve(undefined))
      socket.once('close', () => resolve(undefined))
    })
    const waiting = this.#options.clock
      .sleep(PATIENCE, AbortSignal.any([signal, heard.signal]))
      .then(
        () => undefined,
        () => undefined,
      )
    const first = await Promise.race([line, waiting])
    heard.abort()
    return first === undefined ? undefined : parseRequest(first)
  }

  async #answer(request: RunRequest, socket: Socket, signal: AbortSignal): Promise<VoucherMessage> {
    if (this.#isBusy)
      return refusal(remark('test/voucher-busy', request.suite, 'another suite is running'))
    this.#isBusy = true
    try {
      return await this.#run(request, socket, signal)
    } catch (error) {
      if (error instanceof InputError) return refusal(error.findings, 'input')
      if (error instanceof WorldError) return refusal(error.findings, 'world')
      // A full disk or a vanished folder ends this run, not the service; nothing was signed.
      const message = error instanceof Error ? error.message : 'it failed'
      return refusal(remark('test/voucher-refused', request.suite, message), 'world')
    } finally {
      this.#isBusy = false
    }
  }

  async #run(request: RunRequest, socket: Socket, signal: AbortSignal): Promise<VoucherMessage> {
    const { checkout, planOf, evidenceOf, nonce, clock, runProcess, signer, tools } = this.#options
    const { suite, commit, repository } = request
    const served = await realpath(checkout.root)
    if ((await realpath(repository).catch(() => '')) !== served) {
      const message = `this voucher serves ${served}`
      return refusal(remark('test/voucher-refused', repository, message))
    }
    const plan = await planOf(suite)
    const { record, findings } = await runVouchedSuite({
      checkout,
      suite,
      commit,
      nonce,
      clock,
      runProcess,
      signer,
      signal,
      plan: { ...plan, command: request.command ?? plan.command },
      part: { leg: request.leg, shard: request.shard },
      run: request.run,
      tools,
      evidence: evidenceOf(commit),
      onOutput: (chunk, stream) => {
        const data = Buffer.from(chunk).toString('base64')
        if (socket.writableLength < MOST_WAITING) send(socket, { kind: 'output', stream, data })
      },
    })
    return { kind: 'done', record, findings }
  }
}

function send(socket: Socket, message: VoucherMessage): void {
  if (socket.writable) socket.write(printMessage(message))
}

const refusal = (
  findings: Finding | readonly Finding[],
  fault: 'input' | 'world' = 'input',
): VoucherMessage => ({ kind: 'refused', fault, findings: [findings].flat() })
