import { Agent, request } from 'node:http'

/** What users met in one bucket of time. */
export interface LoadBucket {
  /** Milliseconds since the load began, start of the bucket. */
  readonly at: number
  requests: number
  failed: number
}

/** What users met between two moments: a request fails when it gets no answer, or one of 5xx. */
export interface LoadCount {
  readonly requests: number
  readonly failed: number
}

export interface Load {
  count(): LoadCount
  readonly buckets: readonly LoadBucket[]
  /** Stops sending and waits for the answers under way. */
  stop(): Promise<void>
}

/** One kind of request that users send. */
export interface UserRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

interface LoadOptions {
  readonly port: number
  readonly perSecond: number
  readonly requests: readonly UserRequest[]
}

const BUCKET_MS = 250
const TICK_MS = 20
const ANSWER_DEADLINE_MS = 10_000

/**
 * Constant load over keep-alive connections, as browsers and service meshes hold them: the schedule
 * does not wait for answers, so a slow fleet is not spared (no coordinated omission).
 */
export function startLoad({ port, perSecond, requests }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const started = performance.now()
  const buckets: LoadBucket[] = []
  const underWay = new Set<Promise<void>>()
  const total = { requests: 0, failed: 0 }
  let sent = 0

  const bucketNow = (): LoadBucket => {
    const at = Math.floor((performance.now() - started) / BUCKET_MS) * BUCKET_MS
    const last = buckets.at(-1)
    if (last?.at === at) return last
    const bucket = { at, requests: 0, failed: 0 }
    buckets.push(bucket)
    return bucket
  }
  const settle = (failed: boolean) => {
    const bucket = bucketNow()
    for (const count of [bucket, total]) {
      count.requests += 1
      if (failed) count.failed += 1
    }
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1_000) * perSecond)
    for (; sent < due; sent += 1) {
      const next = requests[sent % requests.length]
      if (next === undefined) return
      const answer = send(agent, port, next).then(settle)
      underWay.add(answer)
      void answer.finally(() => underWay.delete(answer))
    }
  }, TICK_MS)

  return {
    count: () => ({ ...total }),
    buckets,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      agent.destroy()
    },
  }
}

/** Resolves to whether the request failed; never rejects. */
function send(agent: Agent, port: number, { path, headers }: UserRequest): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { agent, host: '127.0.0.1', port, path, headers, timeout: ANSWER_DEADLINE_MS },
      (answer) => {
        answer.resume()
        answer.once('end', () => resolve((answer.statusCode ?? 599) >= 500))
        answer.once('error', () => resolve(true))
      },
    )
    outgoing.once('timeout', () => outgoing.destroy())
    outgoing.once('error', () => resolve(true))
    outgoing.end()
  })
}
