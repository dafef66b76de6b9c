import type { FencingToken } from '@bulkhead/vocabulary'
import type { ShippedRelease } from '@bulkhead/rollout'
import { wordsOf } from '@bulkhead/world'
import type { HaproxyContext, ProxiedUnit } from './haproxy-context.ts'
import type { ServerView } from './server-view.ts'

/** The command's own output that is shown when it fails. */
const MOST_SHOWN = 2_000
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024

export interface UnitCommand {
  readonly unit: ProxiedUnit
  readonly view: Pick<ServerView, 'address' | 'port'>
  readonly release: ShippedRelease
  /** Path of the proven artifact. */
  readonly artifact: string
  readonly token: FencingToken
}

/** Runs the policy's `replace` for one unit. @returns why it failed, with what it said. */
export function runReplace(
  context: HaproxyContext,
  command: UnitCommand,
): Promise<string | undefined> {
  const { release, artifact } = command
  const values = valuesOf(command)
    .set('commit', release.commit)
    .set('digest', release.artifact)
    .set('artifact', artifact)
  return runCommand(context, { name: 'replace', argv: context.spec.replace, values })
}

/** Runs the policy's `spare.retire` for one slot. @returns why it failed, with what it said */
export async function runRetire(
  context: HaproxyContext,
  command: Pick<UnitCommand, 'unit' | 'view' | 'token'>,
): Promise<string | undefined> {
  const { spare } = context.spec
  if (spare === undefined) return 'the policy names no way to retire it'
  return runCommand(context, { name: 'retire', argv: spare.retire, values: valuesOf(command) })
}

interface NamedCommand {
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly values: ReadonlyMap<string, string>
}

async function runCommand(
  { spec, run, directory }: HaproxyContext,
  { name: called, argv, values }: NamedCommand,
): Promise<string | undefined> {
  const [program, ...words] = argv
  const fill = (word: string) =>
    word.replace(/\{([a-z]+)\}/g, (whole, name: string) => values.get(name) ?? whole)
  const { end, stderr } = await run({
    argv: [fill(program), ...words.map(fill)],
    cwd: directory,
    env: spec.env,
    timeout: spec.timeout,
    maxOutput: MOST_OUTPUT_BYTES,
  })
  if (end.kind === 'exited' && end.code === 0) return undefined
  const said = stderr.toString('utf8').trim().slice(-MOST_SHOWN)
  return `\`${called}\` ${wordsOf(end, spec.timeout)}${said === '' ? '' : `; it said:\n${said}`}`
}

/** What may stand in braces in a word of any command. */
function valuesOf({
  unit,
  view,
  token,
}: Pick<UnitCommand, 'unit' | 'view' | 'token'>): Map<string, string> {
  return new Map([
    ['unit', unit.place.id],
    ['region', unit.place.region],
    ['zone', unit.place.zone],
    ['number', String(unit.number)],
    ['server', unit.server],
    ['address', view.address],
    ['port', String(view.port)],
    ['token', String(token)],
  ])
}
