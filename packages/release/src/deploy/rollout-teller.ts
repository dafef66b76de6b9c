import {
  type Channel,
  type Delivery,
  type Notice,
  announce,
  openChannels,
  undelivered,
} from '@bulkhead/notify'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { RolloutDecision, RolloutProgress, RolloutResult } from '@bulkhead/rollout'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { type Clock, httpExchange } from '@bulkhead/world'
import type { Workspace } from '../workspace.ts'

export interface ToldRollout {
  readonly environment: string
  readonly commit: CommitId
  readonly lane: string
  /** Where to look, e.g. the run of the workflow. */
  readonly link: string | undefined
}

/** What decisions on the way are worth telling, and how loudly. */
const ON_THE_WAY: Partial<
  Record<RolloutDecision['kind'], Pick<Notice, 'urgency' | 'event'> & { readonly says: string }>
> = {
  started: { urgency: 'info', event: 'rollout.started', says: 'begins' },
  frozen: { urgency: 'warning', event: 'rollout.held', says: 'waits' },
  paused: { urgency: 'warning', event: 'rollout.held', says: 'is paused' },
  rollback: { urgency: 'warning', event: 'rollout.rolling-back', says: 'is being rolled back' },
}

const ENDS: Readonly<
  Record<RolloutResult['result'], Pick<Notice, 'urgency' | 'over'> & { readonly says: string }>
> = {
  released: { urgency: 'info', over: true, says: 'is everywhere' },
  'rolled-back': { urgency: 'warning', over: true, says: 'was rolled back' },
  paused: { urgency: 'warning', over: false, says: 'is paused' },
  stopped: { urgency: 'warning', over: false, says: 'has stopped where it stood' },
  stuck: { urgency: 'page', over: false, says: 'is stuck: its rollback failed' },
  refused: { urgency: 'info', over: true, says: 'was refused; nothing was changed' },
}

const NEXT: Partial<Record<RolloutResult['result'], string>> = {
  paused: 'bulkhead resume, or bulkhead abort',
  stopped: 'bulkhead status',
  stuck: 'bulkhead status; act by hand, the lease is held',
}

const FORWARD = 'ship the mended release; there is no way back over its migrations'

/** Tells people of one rollout, in order, without ever holding it up. */
class RolloutTeller {
  readonly #channels: readonly Channel[]
  readonly #rollout: ToldRollout
  readonly #clock: Clock
  readonly #told = new Set<RolloutDecision['kind']>()
  readonly #deliveries: Delivery[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(channels: readonly Channel[], rollout: ToldRollout, clock: Clock) {
    this.#channels = channels
    this.#rollout = rollout
    this.#clock = clock
  }

  /** Each kind of news once: nine zones that wait for one capacity are one piece of it. */
  readonly hear = (progress: RolloutProgress): void => {
    if (progress.kind !== 'decision') return
    const { kind, text, findings } = progress.decision
    const news = ON_THE_WAY[kind]
    if (news === undefined || this.#told.has(kind)) return
    this.#told.add(kind)
    const { says, ...rest } = news
    this.#tell({
      ...rest,
      over: false,
      headline: this.#headline(says),
      facts: facts(text, findings),
    })
  }

  /** Tells how it ended and waits for all deliveries; says which channels did not take them. */
  async end({ result, findings }: RolloutResult): Promise<readonly Finding[]> {
    const { says, ...rest } = ENDS[result]
    const isHeld = findings.some(({ code }) => code === 'rollout/forward-only')
    const next = isHeld && result === 'paused' ? FORWARD : NEXT[result]
    this.#tell({
      ...rest,
      // It is bad and cannot be taken back: somebody must mend it.
      ...(isHeld ? { urgency: 'page' as const } : {}),
      event: `rollout.${result}`,
      headline: this.#headline(says),
      facts: facts('', findings),
      ...(next === undefined ? {} : { next }),
    })
    await this.#last
    const failed = undelivered(this.#deliveries)
    return [...new Map(failed.map((finding) => [finding.subject, finding])).values()]
  }

  #headline(says: string): string {
    const { commit, lane } = this.#rollout
    return `${lane === 'hotfix' ? 'the hotfix' : 'the release of'} ${commit.slice(0, 12)} ${says}`
  }

  #tell(notice: Omit<Notice, 'about' | 'environment' | 'at' | 'link'>): void {
    const { environment, commit, link } = this.#rollout
    const whole: Notice = {
      about: `${environment}/rollout/${commit}`,
      environment,
      at: this.#clock.now(),
      ...(link === undefined ? {} : { link }),
      ...notice,
    }
    this.#last = this.#last.then(async () =>
      this.#deliveries.push(...(await announce(this.#channels, whole))),
    )
  }
}

interface Telling extends ToldRollout {
  readonly policy: LoadedPolicy
  readonly onProgress: (progress: RolloutProgress) => void
}

/**
 * Does the work of a rollout while the channels of the policy hear of it. Channels that did not take a
 * notice are named in `undelivered`; they change nothing else.
 */
export async function telling<Ended extends RolloutResult>(
  { clock }: Pick<Workspace, 'clock'>,
  { policy, onProgress, ...rollout }: Telling,
  work: (onProgress: (progress: RolloutProgress) => void) => Promise<Ended>,
): Promise<Ended & { readonly undelivered: readonly Finding[] }> {
  const channels = openChannels(policy.policy.notify, {
    exchange: httpExchange({ fetch, clock, random: Math.random }),
    secrets: (variable) => process.env[variable],
  })
  const teller = new RolloutTeller(channels, rollout, clock)
  const ended = await work((progress) => {
    teller.hear(progress)
    onProgress(progress)
  })
  return { ...ended, undelivered: await teller.end(ended) }
}

const facts = (text: string, findings: readonly Finding[]): Notice['facts'] => [
  ...(text === '' ? [] : [{ name: 'what', value: text }]),
  ...findings.slice(0, 3).map(({ code, message }) => ({ name: code, value: message })),
]
