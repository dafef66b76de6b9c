import { Agent, get } from 'node:http'

/** What users met while they kept asking. */
export interface LoadResult {
  readonly requests: number
  readonly failures: number
}

/** A few users who ask without pause until they are stopped. */
export function startLoad(port: number): { readonly stop: () => Promise<LoadResult> } {
  const agent = new Agent({ keepAlive: true, maxSockets: USERS })
  const counts = { requests: 0, failures: 0 }
  const stopping = new AbortController()
  const user = async () => {
    while (!stopping.signal.aborted) {
      const status = await ask(port, agent)
      counts.requests += 1
      if (status !== 200) counts.failures += 1
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  const users = Array.from({ length: USERS }, user)
  return {
    async stop() {
      stopping.abort()
      await Promise.all(users)
      agent.destroy()
      return counts
    },
  }
}

const USERS = 4
const PAUSE_MS = 10

const ask = (port: number, agent: Agent): Promise<number> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, agent, path: '/' }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    }).on('error', () => resolve(0))
  })
