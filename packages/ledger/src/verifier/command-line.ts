import { parseArgs } from 'node:util'
import { openRepository } from '@bulkhead/git'
import {
  type Finding,
  DeniedError,
  ExitCode,
  InputError,
  MOMENT_EXAMPLE,
  WorldError,
  counted,
  momentOf,
  printable,
  printableJson,
} from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { type AuditEnd, type LogSource, auditLog } from '../audit/audit-log.ts'
import { lanesWhenLong } from '../audit/entry-lanes.ts'
import { claimedCheckpoint, logAt } from '../audit/known-checkpoint.ts'
import { MAX_SAVED_BYTES, readSavedAudit } from '../audit/saved-audit.ts'
import { parseVerifierPolicy } from '../audit/verifier-policy.ts'
import { gitLedgerStore } from '../git-store/git-ledger-store.ts'
import { isMirror, mirrorLog } from '../mirror/mirror-log.ts'

const USAGE = `node verify.mjs LOG --verifier-policy FILE [options]

LOG is a mirror (\`bulkhead ledger export --mirror DIR\`) or a clone with the branch ledger/ENVIRONMENT.

  --verifier-policy FILE  whom you trust: log keys, genesis, witnesses, quorum, roles
  --witnessed FILE        a checkpoint with the lines of witnesses under it
  --from FILE             what \`ledger verify --save\` wrote before, or a bare checkpoint
  --at INDEX              judge the log as it was when this entry was its newest
  --now MOMENT            judge by this moment instead of this machine's clock
  --json                  print one JSON object

Example:
  $ node verify.mjs ./mirror --verifier-policy verifier.json

Exit codes: 0 verified, 1 refused, 2 wrong usage or file, 3 the log cannot be read, 70 our bug
`

const OPTIONS = {
  'verifier-policy': { type: 'string' },
  witnessed: { type: 'string' },
  from: { type: 'string' },
  at: { type: 'string' },
  now: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** @param program the file that runs, whose threads read entries */
export async function verifyFromCommandLine(
  argv: readonly string[],
  program: URL,
): Promise<ExitCode> {
  try {
    return await verify(readArguments(argv), program)
  } catch (error) {
    return tellFailure(error, argv.includes('--json'))
  }
}

/** A store may refuse to be read as a log at all; that is a finding like any other. */
function tellFailure(error: unknown, json: boolean): ExitCode {
  const denied = error instanceof DeniedError
  if (!denied && !(error instanceof InputError) && !(error instanceof WorldError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`This is a bug in verify.mjs, please report it:\n${trace}\n`)
    return ExitCode.OurBug
  }
  const { findings } = error
  const verdict = denied ? 'REFUSED' : 'ERROR'
  const to = denied ? process.stdout : process.stderr
  if (json) process.stdout.write(`${JSON.stringify({ verdict, findings })}\n`)
  else for (const finding of findings) to.write(textOf(finding))
  if (denied) return ExitCode.Blocked
  return error instanceof InputError ? ExitCode.BadInput : ExitCode.WorldFailed
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw wrongUsage(error instanceof Error ? error.message : String(error))
  }
}

type Arguments = ReturnType<typeof readArguments>

async function verify({ values, positionals }: Arguments, program: URL): Promise<ExitCode> {
  if (values.help) {
    process.stdout.write(USAGE)
    return ExitCode.Passed
  }
  const [log, ...others] = positionals
  const file = values['verifier-policy']
  if (log === undefined || others.length > 0) throw wrongUsage('name one log')
  if (file === undefined) throw wrongUsage('a log is judged by a policy of yours')
  const policy = parseVerifierPolicy(await readNamed(file), file)
  const now = momentIn(values.now)
  const at = indexOf(values.at)
  if (at !== undefined && values.from !== undefined) throw wrongUsage('--at or --from, not both')
  const saved =
    values.from === undefined
      ? undefined
      : readSavedAudit(await readNamed(values.from, MAX_SAVED_BYTES), policy, values.from)
  const { witnessed } = values
  await using reader = lanesWhenLong(program)
  await using source = await openLog(log, policy.environment)
  const judged = auditLog({
    policy,
    log: source.log,
    now,
    reader,
    ...(at !== undefined && { at }),
    ...(saved && { from: saved.checkpoint }),
    ...(saved?.memory && { memory: saved.memory }),
    ...(witnessed !== undefined && {
      witnessed: claimedCheckpoint(await readNamed(witnessed), policy, witnessed),
    }),
  })
  return await report(judged, policy.environment, values.json)
}

async function openLog(
  path: string,
  environment: string,
): Promise<AsyncDisposable & { readonly log: LogSource }> {
  if (await isMirror(path)) return { log: mirrorLog(path), [Symbol.asyncDispose]: async () => {} }
  const repository = await openRepository(path)
  try {
    const log = await logAt(gitLedgerStore({ repository, environment }))
    return { log, [Symbol.asyncDispose]: () => repository.close() }
  } catch (error) {
    // Its git would keep this process alive.
    await repository.close()
    throw error
  }
}

const MAX_FINDINGS = 1_000

async function report(
  judgements: ReturnType<typeof auditLog>,
  environment: string,
  json: boolean,
): Promise<ExitCode> {
  const findings: Finding[] = []
  let end: AuditEnd | undefined
  while (end === undefined) {
    const next = await judgements.next()
    const more = (next.done ? [next.value] : next.value).flatMap((one) => one.findings)
    findings.push(...more.slice(0, MAX_FINDINGS - findings.length))
    if (next.done) end = next.value
  }
  const { size, head, acknowledged } = end
  const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
  if (json) {
    process.stdout.write(
      `${printableJson({ verdict, environment, size, head, findings, acknowledged })}\n`,
    )
  } else {
    const named = head === null ? '' : `, head ${head}`
    process.stdout.write(
      `${verdict}: ${counted(size, 'entry', 'entries')} of ledger/${environment}${named}\n`,
    )
    for (const finding of findings) process.stdout.write(textOf(finding))
    for (const { subject, message } of acknowledged)
      process.stdout.write(`${printable(`acknowledged: ${subject}: ${message}`, 1_000)}\n`)
  }
  return findings.length === 0 ? ExitCode.Passed : ExitCode.Blocked
}

const textOf = ({ code, subject, message, remedy }: Finding): string =>
  `${printable(`${code}: ${subject}: ${message}`, 1_000)}\n  ${printable(remedy, 1_000)}\n`

const MAX_FILE_BYTES = 512 * 1024

async function readNamed(path: string, most = MAX_FILE_BYTES): Promise<Buffer> {
  const bytes = await readRegularFile(path, most)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: `is not there, is no file, or has more than ${most} bytes`,
    remedy: 'check the path and its permissions',
  })
}

function momentIn(text: string | undefined): number {
  if (text === undefined) return Date.now()
  const moment = momentOf(text)
  if (moment === undefined) throw wrongUsage(`${text} is no moment, such as ${MOMENT_EXAMPLE}`)
  return Date.parse(moment)
}

function indexOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) return Number(text)
  throw wrongUsage(`${text} is no index`)
}

const wrongUsage = (message: string): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: 'verify.mjs',
    message,
    remedy: 'see `node verify.mjs --help`',
  })
