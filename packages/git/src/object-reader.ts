import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { type CommitId, type WorldError, commitId, isObjectId } from '@bulkhead/vocabulary'
import { childEnvironment } from '@bulkhead/world'
import { gitFailed } from './git-command.ts'
import { GIT_ENVIRONMENT, GIT_OPTIONS } from './git-environment.ts'
import { type BatchAnswer, BatchFraming } from './object-framing.ts'
import { corruptObject, missingObject, tooLarge } from './object-failures.ts'
import type { RawObject } from './repository.ts'

/** Largest object that is read: far above any policy, report or commit, far below memory. */
const MAX_OBJECT = 64 * 1024 * 1024
const MAX_STDERR = 4_096
const ID_LENGTH = { sha1: 40, sha256: 64 } as const
const VERB = ['cat-file'] as const

/** Nothing that git would apply to a name, and short enough for its answer. */
const PLAIN_REF = /^refs\/[\w/-]{1,100}$/

interface Waiting {
  readonly asked: string
  readonly settle: (answer: BatchAnswer) => void
  readonly fail: (error: Error) => void
}

/** Reads objects by full id, and tips of branches, through one long-lived `git cat-file --batch`, many at a time in flight. */
export interface ObjectReader {
  /** Undefined when the object store does not have it. */
  find(id: string): Promise<RawObject | undefined>
  /** @throws WorldError `git/missing-object`, `git/too-large`, `git/corrupt-object`, `git/failed` */
  readObject(id: string): Promise<RawObject>
  /**
   * The commit that a ref names now. Undefined for anything else, and for names that need more than
   * letters, digits, `_`, `-` and `/`: those are for git commands of their own.
   */
  findTip(ref: string): Promise<CommitId | undefined>
  close(): Promise<void>
}

export interface ObjectReaderOptions {
  readonly cwd: string
  readonly objectFormat: 'sha1' | 'sha256'
  readonly maxObject?: number
}

/** Starts the child at the first read. */
export function readObjects(options: ObjectReaderOptions): ObjectReader {
  let conversation: Conversation | undefined
  let closed = false
  const ask = (question: string) => {
    if (closed) throw gitFailed(VERB, 'the repository is closed')
    conversation ??= new Conversation(options)
    return conversation.ask(question)
  }
  const find = async (id: string) => {
    if (!isObjectId(id)) throw new TypeError(`not a full object id: ${JSON.stringify(id)}`)
    // git would take an id of the other format for the beginning of one of its own.
    if (id.length !== ID_LENGTH[options.objectFormat]) return undefined
    return checkedObject(id, await ask(id), options)
  }
  return {
    find,
    async readObject(id) {
      const object = await find(id)
      if (object === undefined) throw missingObject(id)
      return object
    },
    async findTip(ref) {
      if (!PLAIN_REF.test(ref)) return undefined
      const answer = await ask(ref)
      const object = checkedObject(answer.id, answer, options)
      return object?.type === 'commit' ? commitId(answer.id) : undefined
    },
    async close() {
      closed = true
      await conversation?.end()
    },
  }
}

/** One child and the questions it has not answered yet. Answers come in the order of the questions. */
class Conversation {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #framing: BatchFraming
  readonly #waiting: Waiting[] = []
  readonly #gone: Promise<void>
  #next = 0
  #outbox = ''
  #stderr = ''
  #failure: Error | undefined

  constructor({ cwd, maxObject = MAX_OBJECT }: ObjectReaderOptions) {
    this.#framing = new BatchFraming(maxObject)
    this.#child = spawn('git', [...GIT_OPTIONS, 'cat-file', '--batch'], {
      cwd,
      env: childEnvironment(GIT_ENVIRONMENT),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk))
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-MAX_STDERR)
    })
    this.#child.stdin.on('error', () => undefined) // Told by 'close', with git's own words.
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#fail(gitFailed(VERB, `could not be started: ${error.message}`))
        resolve()
      })
      this.#child.once('close', (code, signal) => {
        this.#fail(explainEnd(`${signal ?? code}`, this.#stderr))
        resolve()
      })
    })
  }

  ask(asked: string): Promise<BatchAnswer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((settle, fail) => {
      this.#waiting.push({ asked, settle, fail })
      if (this.#outbox === '') queueMicrotask(() => this.#send())
      this.#outbox += `${asked}\n`
    })
  }

  /** Questions of one turn go out in one write. */
  #send(): void {
    this.#child.stdin.write(this.#outbox)
    this.#outbox = ''
  }

  async end(): Promise<void> {
    this.#fail(gitFailed(VERB, 'the repository is closed'))
    await this.#gone
  }

  #hear(chunk: Buffer): void {
    try {
      for (const answer of this.#framing.feed(chunk)) this.#deliver(answer)
    } catch (error) {
      this.#fail(gitFailed(VERB, `answered ${error instanceof Error ? error.message : 'oddly'}`))
    }
  }

  #deliver(answer: BatchAnswer): void {
    const first = this.#waiting[this.#next]
    if (first === undefined || !isAnswerTo(first.asked, answer))
      throw new Error(`${answer.id} where ${first?.asked} was asked`)
    this.#next += 1
    // Dropped in blocks: shifting one by one is quadratic with a million questions in flight.
    if (this.#next === 1_024 || this.#next === this.#waiting.length) {
      this.#waiting.splice(0, this.#next)
      this.#next = 0
    }
    first.settle(answer)
  }

  #fail(error: Error): void {
    if (this.#failure === undefined) {
      this.#failure = error
      this.#child.kill('SIGKILL')
    }
    for (const waiting of this.#waiting.splice(0).slice(this.#next)) waiting.fail(this.#failure)
    this.#next = 0
  }
}

/** A ref that is there is answered by the id of what it names. */
const isAnswerTo = (asked: string, { kind, id }: BatchAnswer): boolean =>
  asked === id || (kind === 'object' && asked.startsWith('refs/'))

/** A partial clone ends git where it would fetch; the object that is missing is what matters. */
function explainEnd(end: string, stderr: string): WorldError {
  const promised = /could not fetch ([0-9a-f]{40,64}) from promisor/.exec(stderr)?.[1]
  if (promised !== undefined) return missingObject(promised)
  return gitFailed(VERB, `ended (${end}): ${stderr.trim()}`)
}

/**
 * git does not compare the name of an object with its contents when it reads one, so a file placed
 * in the object store could speak for any id. We compare.
 */
function checkedObject(
  id: string,
  answer: BatchAnswer,
  { objectFormat, maxObject = MAX_OBJECT }: ObjectReaderOptions,
): RawObject | undefined {
  if (answer.kind === 'missing') return undefined
  const { type, bytes, size } = answer
  if (bytes === undefined) throw tooLarge(id, size, maxObject)
  const hash = createHash(objectFormat).update(`${type} ${size}\0`, 'latin1').update(bytes)
  if (!isType(type) || hash.digest('hex') !== id) throw corruptObject(id)
  return { type, bytes }
}

const isType = (type: string): type is RawObject['type'] =>
  type === 'commit' || type === 'tree' || type === 'blob' || type === 'tag'
