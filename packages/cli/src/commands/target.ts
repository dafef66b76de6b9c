import { resolve } from 'node:path'
import { type BuiltRelease, type CheckResult, checkDriver, checkNames } from '@bulkhead/targets'
import {
  type Finding,
  InputError,
  commitId,
  counted,
  isObjectId,
  printable,
} from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { type Host, type Register, answer, exampleText, withJsonOption } from '../host.ts'

interface Options {
  readonly release: readonly string[]
  readonly url?: string
  readonly only?: readonly string[]
  readonly token?: string
  readonly json: boolean
}

const EXAMPLE =
  'target check --release COMMIT=dist/a.mjs --release COMMIT=dist/b.mjs /usr/local/bin/fleet-driver'
/** Text of a reason that a line of the terminal has room for. */
const MOST_SHOWN = 2_000

export const registerTarget: Register = (program, host) => {
  const target = program
    .command('target')
    .description('engines that move the units of a fleet')
    .addHelpText('after', exampleText(EXAMPLE))
  withJsonOption(target.command('check'))
    .description(
      'tell whether a driver of your own does what rollouts rely on; replaces every unit several times',
    )
    .argument('<driver...>', 'the driver and its first words; after -- if they begin with a hyphen')
    .requiredOption(
      '--release <commit=file>',
      'a build that gets healthy, with its artifact; give two',
      collect,
    )
    .option('--url <url>', 'where users reach the fleet: then no request may fail')
    .option('--only <check>', 'a check to make; may be repeated (default: all)', collect)
    .option(
      '--token <number>',
      'a fencing token newer than any that the driver has seen (default: the time)',
    )
    .addHelpText('after', exampleText(EXAMPLE))
    .action((driver: readonly string[], options: Options) => run(host, driver, options))
}

const run = (host: Host, driver: readonly string[], options: Options) =>
  answer(host, 'target check', { ...options, repo: '.' }, async () => {
    const [program = '', ...words] = driver
    const results = await checkDriver({
      command: [program.includes('/') ? resolve(program) : program, ...words],
      releases: twoOf(options.release.map(releaseOf)),
      firstToken: options.token === undefined ? secondsNow() : tokenOf(options.token),
      ...(options.url === undefined ? {} : { url: options.url }),
      only: (options.only ?? []).map(checkNamed),
      onResult: (result) => host.console.err(lineOf(result)),
    })
    return describe(results)
  })

const lineOf = (result: CheckResult): string => {
  const mark = { passed: '✓', skipped: '–', failed: '✗' }[result.kind]
  const why = result.kind === 'skipped' ? ` (not made: ${printable(result.why, MOST_SHOWN)})` : ''
  return `${mark} ${result.name.padEnd(14)} ${result.meaning}${why}`
}

function describe(results: readonly CheckResult[]): CommandResult {
  const failed = results.filter((result) => result.kind === 'failed')
  const passed = results.filter((result) => result.kind === 'passed').length
  const findings = failed.map(({ name, why }): Finding => ({
    code: 'rollout/target-unfit',
    subject: name,
    message: printable(why, MOST_SHOWN),
    remedy: `Mend the driver and run this check alone: \`bulkhead target check --only ${name} …\`.`,
  }))
  return {
    outcome: failed.length === 0 ? 'passed' : 'blocked',
    findings,
    json: { checks: results },
    text: [`${passed} of ${counted(results.length, 'check')} passed, ${failed.length} failed`],
  }
}

function twoOf(releases: readonly BuiltRelease[]): readonly [BuiltRelease, BuiltRelease] {
  const [first, second, ...more] = releases
  if (first && second && more.length === 0 && first.commit !== second.commit) return [first, second]
  throw new InputError({
    code: 'usage/invalid-option',
    subject: '--release',
    message: 'two builds of different commits are needed, to replace one by the other',
    remedy: 'Give --release COMMIT=FILE twice, with different commits.',
  })
}

/** A name that is no check would make none, and none failed would look like a pass. */
function checkNamed(name: string): string {
  if (checkNames.includes(name)) return name
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--only ${name}`,
    message: 'there is no such check',
    remedy: `Name one of: ${checkNames.join(', ')}.`,
  })
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
]

function releaseOf(text: string): BuiltRelease {
  const equals = text.indexOf('=')
  const commit = text.slice(0, Math.max(0, equals))
  if (isObjectId(commit) && equals < text.length - 1)
    return { commit: commitId(commit), path: resolve(text.slice(equals + 1)) }
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--release ${text}`,
    message: 'it is not a full commit id, an equals sign and a file',
    remedy: 'Name the commit that the artifact names at its health path: --release COMMIT=FILE.',
  })
}

function tokenOf(text: string): number {
  const token = Number(text)
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(token)) return token
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--token ${text}`,
    message: 'it is not a whole number above zero',
    remedy: 'Give a number above any token that the driver has seen.',
  })
}

/** Grows from one run to the next, so that a driver can be checked twice. */
const secondsNow = () => Math.floor(Date.now() / 1000)
