import { type Machinery, type ModelState, beginning, movesOf } from './lease-model.ts'

/** What was found of all states that can be reached. */
export interface Exploration {
  readonly states: number
  readonly moves: number
  /** The law that a shortest way breaks, and that way; undefined when no reachable move breaks any. */
  readonly broken: { readonly law: string; readonly trace: readonly string[] } | undefined
  /** States from which nobody can ever deploy again. */
  readonly stranded: number
}

interface Node {
  readonly state: ModelState
  readonly from: number
  readonly label: string
}

/** Visits every reachable state once, nearest first. */
export function explore(holders: number, machinery: Machinery): Exploration {
  const nodes: Node[] = [{ state: beginning(holders), from: -1, label: '' }]
  const known = new Map<string, number>([[keyOf(beginning(holders), machinery), 0]])
  const edges: [number, number][] = []
  for (let at = 0; at < nodes.length; at += 1) {
    const { state } = nodeAt(nodes, at)
    for (const { label, to } of movesOf(state, machinery)) {
      if (typeof to === 'string')
        return {
          ...counted(nodes, edges),
          broken: { law: to, trace: [...traceTo(nodes, at), label] },
        }
      const key = keyOf(to, machinery)
      const next = known.get(key) ?? nodes.length
      if (next === nodes.length) {
        known.set(key, next)
        nodes.push({ state: to, from: at, label })
      }
      edges.push([at, next])
    }
  }
  return { ...counted(nodes, edges), broken: undefined }
}

const nodeAt = (nodes: readonly Node[], at: number): Node => {
  const node = nodes[at]
  if (node === undefined) throw new RangeError(`no state ${at}`)
  return node
}

function traceTo(nodes: readonly Node[], last: number): readonly string[] {
  const trace: string[] = []
  for (let at = last; at > 0; at = nodeAt(nodes, at).from) trace.unshift(nodeAt(nodes, at).label)
  return trace
}

const counted = (nodes: readonly Node[], edges: readonly (readonly [number, number])[]) => ({
  states: nodes.length,
  moves: edges.length,
  stranded: nodes.length - reaching(nodes, edges),
})

/** How many states lead, by some way, to one where a live holder deploys. */
function reaching(nodes: readonly Node[], edges: readonly (readonly [number, number])[]): number {
  const before = Array.from(nodes, (): number[] => [])
  for (const [from, to] of edges) before[to]?.push(from)
  const good = new Set<number>()
  const open = nodes.flatMap(({ state }, at) => (isDeploying(state) ? [at] : []))
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (good.has(at)) continue
    good.add(at)
    open.push(...(before[at] ?? []))
  }
  return good.size
}

const isDeploying = ({ fold, holders }: ModelState): boolean =>
  holders.some(
    (holder) =>
      holder.at === 'deploying' && fold.leases.some(({ token }) => token === holder.token),
  )

/**
 * Two states are one when they differ only in what nobody can see. Holders are alike, so they are
 * sorted. Tokens are compared and never counted: those that can still act are numbered by rank, and all
 * others are merely old. Of a watch it matters whether it is of the lease as it is now, and
 * whether its term is over. {@link differingTwin} holds this against the moves themselves.
 */
export function keyOf(
  { fold, size, holders, flights, acted }: ModelState,
  { compares }: Machinery,
): string {
  const [lease] = fold.leases
  const young = flights.flatMap((token) => (token === null || token < acted ? [] : [token]))
  const ranks = [...new Set([...young, ...(lease === undefined ? [] : [lease.token])])].sort(
    (a, b) => a - b,
  )
  const described = holders.map((holder, nth) => {
    const flight = flights[nth] ?? null
    const rank = flight === null ? '' : flight < acted ? 'old' : ranks.indexOf(flight)
    return `${describeHolder(holder, lease, compares ? size : undefined)} ${rank}`
  })
  return [
    lease === undefined ? 'free' : `${ranks.indexOf(lease.token)} ${lease.stuck}`,
    `${fold.rollouts.length} ${fold.unfinished.length}`,
    ...described.sort(),
  ].join('|')
}

function describeHolder(
  holder: ModelState['holders'][number],
  lease: ModelState['fold']['leases'][number] | undefined,
  /** Undefined where an append does not compare: then a request is never late. */
  size: number | undefined,
): string {
  if ('token' in holder) return holder.token === lease?.token ? holder.at : 'stale'
  if (holder.at === 'down') return 'down'
  const { seen, now } = holder
  if (holder.at === 'asking' && (size === undefined || holder.position === size))
    return holder.draft.data['takesOver'] === null ? 'asking' : 'taking over'
  const isOfNow = seen !== undefined && seen.token === lease?.token && seen.sign === lease.lastSign
  if (!isOfNow) return 'looking'
  return now - seen.since >= lease.ttlMs ? 'looking, a term is over' : 'looking, watching'
}

/** Two states with one key whose moves lead to other keys, if there are any: then the key is wrong. */
export function differingTwin(holders: number, machinery: Machinery): string | undefined {
  const known = new Map<string, string>()
  const open = [beginning(holders)]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const moves = movesOf(state, machinery).map(({ to }) => to)
    const leads = [
      ...new Set(moves.map((to) => (typeof to === 'string' ? to : keyOf(to, machinery)))),
    ]
      .sort()
      .join('\n')
    const key = keyOf(state, machinery)
    const before = known.get(key)
    if (before !== undefined && before !== leads) return `${key}:\n${before}\nor\n${leads}`
    if (before !== undefined) continue
    known.set(key, leads)
    open.push(...moves.flatMap((to) => (typeof to === 'string' ? [] : to)))
  }
  return undefined
}
