import type { FencingToken } from '@bulkhead/vocabulary'
import type {
  RecordedBatch,
  RolloutEvent,
  RolloutMemory,
  RolloutRequest,
  RolloutResult,
} from '../../src/index.ts'
import type { Scenario } from './scenario.ts'
import { token as firstToken } from './simulated-fleet.ts'

/** What stands on record, whoever wrote it. */
export class SharedRecord {
  readonly appends: { readonly token: FencingToken; readonly events: readonly RolloutEvent[] }[] =
    []

  get events(): readonly RolloutEvent[] {
    return this.appends.flatMap(({ events }) => events)
  }

  /** What a successor must know; undefined when nothing was begun, or all of it has ended. */
  memory(): RolloutMemory | undefined {
    const { events } = this
    if (!events.some(({ kind }) => kind === 'started')) return undefined
    if (events.some(({ kind }) => kind === 'finished')) return undefined
    const back = events.some(({ kind }) => kind === 'rolling-back')
    return {
      of: firstToken,
      began: 0,
      direction: back ? 'back' : 'forward',
      batches: events.flatMap((event): RecordedBatch[] =>
        'batch' in event && event.kind !== 'aside-intended'
          ? [
              {
                step: event.kind,
                direction: 'direction' in event ? event.direction : 'forward',
                ...event.batch,
                count: event.batch.units.length,
              },
            ]
          : [],
      ),
    }
  }
}

/** When a process dies: at which of its calls, before or after the other side has it. */
export interface Death {
  readonly at: number
  readonly what: 'append' | 'call'
  readonly side: 'before' | 'after'
}

const never = new Promise<never>(() => undefined)

/**
 * One life of the executor over a shared fleet and record. When it dies nothing of it goes on: no call
 * is begun and no answer received. What the engine was told before goes on, as engines do.
 */
export async function live(
  scenario: Scenario,
  record: SharedRecord,
  token: FencingToken,
  death?: Death,
  extra: Partial<RolloutRequest> = {},
): Promise<RolloutResult | 'killed'> {
  let dead = false
  const counts = { append: 0, call: 0 }
  const killed = Promise.withResolvers<'killed'>()
  const mortal = async <T>(what: 'append' | 'call', act: () => Promise<T>): Promise<T> => {
    if (dead) return never
    const doomed = death?.what === what && death.at === counts[what]
    counts[what] += 1
    const die = () => {
      dead = true
      killed.resolve('killed')
      return never
    }
    if (doomed && death.side === 'before') return die()
    const going = act()
    if (doomed && what === 'call') return die()
    const answer = await going
    if (doomed) return die()
    return dead ? never : answer
  }
  const { fleet, clock } = scenario
  const target: RolloutRequest['target'] = {
    topology: () => mortal('call', () => fleet.topology()),
    observe: (scope) => mortal('call', () => fleet.observe(scope)),
    apply: (...all) => mortal('call', () => fleet.apply(...all)),
    drain: (...all) => mortal('call', () => fleet.drain(...all)),
    restore: (...all) => mortal('call', () => fleet.restore(...all)),
    surge: (...all) => mortal('call', () => fleet.surge(...all)),
    shift: (...all) => mortal('call', () => fleet.shift(...all)),
    stage: (artifact) => mortal('call', () => fleet.stage(artifact)),
    holds: (...all) => mortal('call', () => fleet.holds(...all)),
  }
  const journal: RolloutRequest['journal'] = {
    record: (events) =>
      mortal('append', async () => {
        await clock.sleep(50)
        record.appends.push({ token, events })
        return { standing: null }
      }),
    signOfLife: () => Promise.resolve({ standing: null }),
    standing: () => Promise.resolve({ standing: null }),
  }
  const sleep: typeof clock.sleep = async (ms, signal) => {
    if (dead) return never
    await clock.sleep(ms, signal)
    return dead ? never : undefined
  }
  const own = { now: clock.now, monotonic: clock.monotonic, sleep }
  const memory = record.memory()
  const run = scenario.begin({
    target,
    journal,
    token,
    clock: own,
    ...(memory === undefined ? {} : { memory }),
    ...extra,
  })
  return clock.drive(Promise.race([run, killed.promise]))
}
