import { Agent, get } from 'node:http'

/** What users saw. */
export interface Load {
  readonly answers: Map<string, number>
  readonly failures: string[]
  /** Ends the load; resolves when the last request was answered. */
  stop(): Promise<void>
}

/**
 * Users who ask without a pause over keep-alive connections, `users` at a time. A failure is
 * everything but a whole answer of 200.
 */
export function startLoad(url: string, users: number): Load {
  const agent = new Agent({ keepAlive: true })
  const answers = new Map<string, number>()
  const failures: string[] = []
  const end = new AbortController()
  const user = async () => {
    while (!end.signal.aborted) {
      try {
        const { status, body } = await ask(url, agent)
        if (status === 200) answers.set(body, (answers.get(body) ?? 0) + 1)
        else failures.push(`${status} ${body}`)
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const running = Array.from({ length: users }, user)
  return {
    answers,
    failures,
    async stop() {
      end.abort()
      await Promise.all(running)
      agent.destroy()
    },
  }
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** One GET; rejects when the answer is not whole. */
export function ask(url: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { ...(agent && { agent }), timeout: 20_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
      )
    }).once('error', reject)
  })
}
