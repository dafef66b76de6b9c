import type { Clock } from '@bulkhead/world'
import { proxyFailed } from '../refusals.ts'
import type { RuntimeApi } from './runtime-api.ts'
import { type ServerView, readServers } from './server-view.ts'
import { SharedLook } from './shared-look.ts'

/** A state that was set and is not seen is set again, so often: a reload may have come between. */
const MOST_ATTEMPTS = 4
const SEEN_MS = 50

/** Every server of one backend, as every proxy in front of it has it. */
export type Views = ReadonlyMap<string, readonly ServerView[]>

/**
 * The proxies of one region, that are only ever told and asked together. HAProxy says nothing when it
 * obeys, so that each state is read back from each of them.
 */
export class Proxies {
  readonly #apis: readonly RuntimeApi[]
  readonly #backend: string
  readonly #clock: Clock
  readonly #looks = new SharedLook(() => this.#read())

  constructor(apis: readonly RuntimeApi[], backend: string, clock: Clock) {
    this.#apis = apis
    this.#backend = backend
    this.#clock = clock
  }

  /** @throws WorldError when one of them does not answer, or does not know a server that another has. */
  read(): Promise<Views> {
    return this.#looks.take()
  }

  async #read(): Promise<Views> {
    const seen = await Promise.all(this.#apis.map((api) => this.#readOne(api)))
    const names = new Set(seen.flatMap((servers) => [...servers.keys()]))
    return new Map([...names].map((name) => [name, this.#across(name, seen)]))
  }

  #across(name: string, seen: readonly ReadonlyMap<string, ServerView>[]): readonly ServerView[] {
    return seen.map((servers, at) => {
      const view = servers.get(name)
      if (view !== undefined) return view
      const message = `backend ${this.#backend} has no server ${name}, which another proxy has`
      throw proxyFailed(this.#apis[at]?.address ?? '', message)
    })
  }

  async #readOne(api: RuntimeApi): Promise<ReadonlyMap<string, ServerView>> {
    const [state, stat] = await Promise.all([
      api.ask(`show servers state ${this.#backend}`),
      api.ask(`show stat ${this.#backend} 4 -1`),
    ])
    try {
      return readServers(state, stat)
    } catch (error) {
      throw proxyFailed(api.address, `its answer is not understood: ${String(error)}`, error)
    }
  }

  /** One server in every proxy. @throws WorldError when there is none. */
  async viewsOf(server: string): Promise<readonly ServerView[]> {
    const views = (await this.read()).get(server)
    if (views !== undefined && views.length > 0) return views
    const where = this.#apis.map((api) => api.address).join(', ')
    throw proxyFailed(where, `backend ${this.#backend} has no server ${server}`)
  }

  /** Gives a server no new traffic (`maint`: no checks either), or gives it traffic again, and sees it in every proxy. */
  async set(server: string, state: 'drain' | 'ready' | 'maint'): Promise<void> {
    const wanted = state !== 'ready'
    for (let attempt = 1; ; attempt++) {
      await this.#tell(`set server ${this.#backend}/${server} state ${state}`)
      if ((await this.viewsOf(server)).every((view) => view.withheld === wanted)) return
      if (attempt === MOST_ATTEMPTS)
        throw proxyFailed(`${this.#backend}/${server}`, `is not ${state} after ${attempt} attempts`)
      await this.#clock.sleep(SEEN_MS)
    }
  }

  /** @param percent of the weight in the proxy's own configuration, 1–100. */
  weigh(server: string, percent: number): Promise<void> {
    return this.#tell(`set server ${this.#backend}/${server} weight ${percent}%`)
  }

  /** Ends every session of a server. */
  cut(server: string): Promise<void> {
    return this.#tell(`shutdown sessions server ${this.#backend}/${server}`)
  }

  /** Differs once one of them was started anew or reloaded: what it forgot, nobody sees any more. */
  async incarnation(): Promise<string> {
    const infos = await Promise.all(this.#apis.map((api) => api.ask('show info')))
    return infos.map((info) => /^Pid: (\d+)$/m.exec(info)?.[1] ?? '').join(' ')
  }

  async #tell(command: string): Promise<void> {
    await Promise.all(this.#apis.map((api) => api.order(command)))
  }
}
