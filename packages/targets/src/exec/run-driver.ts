import type { StageProgress } from '@bulkhead/rollout'
import type { RunProcess } from '@bulkhead/world'
import * as v from 'valibot'
import { wordsOf } from '@bulkhead/world'
import { driverFailed } from '../refusals.ts'
import type { ExecSpec } from './exec-spec.ts'
import { type DriverRequest, MOST_ANSWER_BYTES, driverAnswers, driverProgress } from './protocol.ts'

/** Between the SIGTERM of a cancellation and SIGKILL. */
const GRACE_MS = 60_000
const LOOK_TIMEOUT_MS = 30_000
const MOST_SAID = 2_000

export interface DriverWorld {
  readonly run: RunProcess
  /** Working directory of the driver. */
  readonly directory: string
}

/** Who waits for the answer. */
export interface DriverListener {
  readonly signal?: AbortSignal
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
}

type AnswerOf<Command extends DriverRequest['command']> = v.InferOutput<
  (typeof driverAnswers)[Command]
>

/**
 * Asks a driver for one thing. A cancellation is a SIGTERM; the driver has a minute to give back what
 * it drained and to say what was reached.
 * @throws WorldError with the end of its stderr when it fails or is not understood.
 */
export async function askDriver<Command extends DriverRequest['command']>(
  spec: ExecSpec,
  world: DriverWorld,
  request: Extract<DriverRequest, { command: Command }> & { readonly command: Command },
  listener: DriverListener = {},
): Promise<AnswerOf<Command>> {
  const { command } = request
  const lines = new DriverLines(listener.onProgress)
  const isLook = command === 'topology' || command === 'observe'
  const timeout = isLook ? LOOK_TIMEOUT_MS : spec.timeout
  const { end, stdout, stderr } = await world.run({
    argv: [...spec.command, command],
    cwd: world.directory,
    env: spec.env,
    input: `${JSON.stringify(request)}\n`,
    timeout,
    maxOutput: MOST_ANSWER_BYTES,
    grace: GRACE_MS,
    ...(listener.signal && { signal: listener.signal }),
    onOutput: (chunk, stream) => lines.add(chunk, stream),
  })
  const said = stderr.toString('utf8').trim().slice(-MOST_SAID)
  if (end.kind !== 'exited' || end.code !== 0)
    throw driverFailed(command, wordsOf(end, timeout), said)
  const last = stdout.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), driverAnswers[command]), last)
  if (parsed.success) return parsed.output
  throw driverFailed(command, `its answer is not understood: ${whyNot(parsed.issues)}`, said)
}

const whyNot = (issues: readonly v.BaseIssue<unknown>[]): string =>
  issues
    .slice(0, 3)
    .map((issue) => `${v.getDotPath(issue) ?? 'the last line'}: ${issue.message}`)
    .join('; ')

/** The lines of a driver as they come: progress on stdout, words for people on stderr. */
class DriverLines {
  readonly #onProgress: DriverListener['onProgress']
  readonly #pending = { stdout: '', stderr: '' }
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }

  constructor(onProgress: DriverListener['onProgress']) {
    this.#onProgress = onProgress
  }

  add(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void {
    if (this.#onProgress === undefined) return
    const text = this.#pending[stream] + this.#decoders[stream].decode(chunk, { stream: true })
    const lines = text.split('\n')
    this.#pending[stream] = lines.pop() ?? ''
    for (const line of lines) this.#tell(line, stream)
  }

  #tell(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stderr') {
      if (line.trim() !== '') this.#onProgress?.({ unit: null, note: line.slice(0, MOST_SAID) })
      return
    }
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), driverProgress), line)
    if (parsed.success) this.#onProgress?.(parsed.output.progress)
  }
}
