import * as v from 'valibot'

/** A server of a backend as one proxy has it now. */
export interface ServerView {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Somebody took it out of traffic, by drain or maintenance. */
  readonly withheld: boolean
  /** The proxy's own checks, if any, let it serve. */
  readonly up: boolean
  /** Weight in the proxy's own configuration. */
  readonly weight: number
  /** Requests, or in TCP mode connections, that are there now or wait for this server. */
  readonly sessions: number
  /** Answered or broken since the proxy started. */
  readonly requests: number
  readonly errors: number
}

const wholeText = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))
const count = v.optional(
  v.pipe(
    v.string(),
    v.transform((text) => (text === '' ? 0 : Number(text))),
    v.safeInteger(),
    v.minValue(0),
  ),
  '',
)

/** A line of `show servers state`, format 1: the columns that we read. */
const stateRow = v.object({
  srv_name: v.string(),
  srv_addr: v.string(),
  srv_port: wholeText,
  srv_op_state: wholeText,
  srv_admin_state: wholeText,
  srv_iweight: wholeText,
})

/** A line of `show stat` about a server. */
const statRow = v.object({
  svname: v.string(),
  scur: count,
  qcur: count,
  stot: count,
  eresp: count,
  hrsp_2xx: v.string(),
  hrsp_3xx: count,
  hrsp_4xx: count,
  hrsp_5xx: count,
})

/** `srv_admin_state` keeps this bit of a server that the configuration disables, also once it serves. */
const WAS_DISABLED = 0x04

/** `srv_op_state` of a server that takes requests: 1 is warming up, 2 is running. */
const TAKES_REQUESTS = new Set([1, 2])

/**
 * The servers of a backend, from the answers to `show servers state BACKEND` and
 * `show stat BACKEND 4 -1`. A server that only one of them names is left out: it comes or goes.
 * @throws Error when an answer is not understood.
 */
export function readServers(state: string, stat: string): ReadonlyMap<string, ServerView> {
  const stats = new Map(readStats(stat).map((row) => [row.svname, row]))
  return new Map(
    readStates(state).flatMap((row) => {
      const counted = stats.get(row.srv_name)
      return counted === undefined ? [] : [[row.srv_name, viewOf(row, counted)] as const]
    }),
  )
}

function viewOf(
  state: v.InferOutput<typeof stateRow>,
  stat: v.InferOutput<typeof statRow>,
): ServerView {
  // TCP mode has no answers to count.
  const http = stat.hrsp_2xx !== ''
  const answers = Number(stat.hrsp_2xx) + stat.hrsp_3xx + stat.hrsp_4xx + stat.hrsp_5xx
  return {
    name: state.srv_name,
    address: state.srv_addr,
    port: state.srv_port,
    withheld: (state.srv_admin_state & ~WAS_DISABLED) !== 0,
    up: TAKES_REQUESTS.has(state.srv_op_state),
    weight: state.srv_iweight,
    sessions: stat.scur + stat.qcur,
    // An answer that broke off or never came is counted as `eresp` and not as an answer.
    requests: http ? answers + stat.eresp : stat.stot,
    errors: stat.hrsp_5xx + stat.eresp,
  }
}

function readStates(text: string): readonly v.InferOutput<typeof stateRow>[] {
  const [version, header = '', ...lines] = text.trim().split('\n')
  if (version?.trim() !== '1' || !header.startsWith('# '))
    throw new Error(`\`show servers state\`: ${text.trim().slice(0, 200)}`)
  return rowsOf(header.slice(2).split(' '), lines, ' ').map((row) => v.parse(stateRow, row))
}

function readStats(text: string): readonly v.InferOutput<typeof statRow>[] {
  const [header = '', ...lines] = text.trim().split('\n')
  if (!header.startsWith('# ')) throw new Error(`\`show stat\`: ${text.trim().slice(0, 200)}`)
  return rowsOf(header.slice(2).split(','), lines, ',').map((row) => v.parse(statRow, row))
}

const rowsOf = (names: readonly string[], lines: readonly string[], separator: string) =>
  lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const cells = line.split(separator)
      return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))
    })
