import { type CommitId, type Finding, commitId, isObjectId, reasons } from '@bulkhead/vocabulary'
import { hasExactly } from './exact-object.ts'
import type { RunPart } from './run-part.ts'
import { isRunIdentity, parseRunRecord, toRunPart } from './run-record-form.ts'
import type { RunIdentity, RunRecord } from './run-record.ts'

/**
 * What client and voucher say to each other: JSON, one message a line. The client sends one request
 * and then only listens; closing the connection cancels the run.
 */
export interface RunRequest extends RunPart {
  readonly version: 2
  /** Top of the work tree, as the client sees it. */
  readonly repository: string
  readonly suite: string
  readonly commit: CommitId
  /** The run of which this is a part. To name another one gains nothing but another honest run. */
  readonly run: RunIdentity
  /** Instead of the policy's command; the gate compares the two. */
  readonly command: readonly [string, ...string[]] | null
}

export type VoucherMessage =
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly data: string }
  | { readonly kind: 'done'; readonly record: RunRecord; readonly findings: readonly Finding[] }
  /** `fault` says whose: the user's (exit code 2) or the world's (3). */
  | {
      readonly kind: 'refused'
      readonly fault: 'input' | 'world'
      readonly findings: readonly Finding[]
    }

/** Longest request, and longest message of a voucher, in bytes. */
export const MOST_REQUEST_BYTES = 256 * 1024
export const MOST_MESSAGE_BYTES = 16 * 1024 * 1024

export const printMessage = (message: RunRequest | VoucherMessage): string =>
  `${JSON.stringify(message)}\n`

const REQUEST_KEYS = [
  'version',
  'repository',
  'suite',
  'commit',
  'leg',
  'shard',
  'run',
  'command',
] as const

/** Undefined for anything but a whole request. */
export function parseRequest(line: string): RunRequest | undefined {
  const value = parseJson(line)
  if (!hasExactly(value, REQUEST_KEYS)) return undefined
  const { version, repository, suite, commit, leg, shard, run, command } = value
  if (version !== 2 || typeof repository !== 'string' || typeof suite !== 'string') return undefined
  if (!isRunIdentity(run)) return undefined
  if (typeof commit !== 'string' || !isObjectId(commit)) return undefined
  const argv = command === null ? null : toArgv(command)
  if (argv === undefined) return undefined
  const part = toRunPart(leg, shard)
  if (part === undefined) return undefined
  return { version, repository, suite, commit: commitId(commit), ...part, run, command: argv }
}

function toArgv(value: unknown): readonly [string, ...string[]] | undefined {
  if (!Array.isArray(value)) return undefined
  const words = value.filter((word) => typeof word === 'string' && !word.includes('\0'))
  const [first, ...rest] = words.map(String)
  return first === undefined || words.length !== value.length ? undefined : [first, ...rest]
}

/** Undefined for anything but a message of a voucher. */
export function parseMessage(line: string): VoucherMessage | undefined {
  const value = parseJson(line)
  if (hasExactly(value, ['kind', 'stream', 'data']) && value.kind === 'output') {
    const { kind, stream, data } = value
    if ((stream !== 'stdout' && stream !== 'stderr') || typeof data !== 'string') return undefined
    return { kind, stream, data }
  }
  if (hasExactly(value, ['kind', 'record', 'findings']) && value.kind === 'done') {
    const record = parseRunRecord(value.record)
    const { kind, findings } = value
    return record !== undefined && areFindings(findings) ? { kind, record, findings } : undefined
  }
  if (hasExactly(value, ['kind', 'fault', 'findings']) && value.kind === 'refused') {
    const { kind, fault, findings } = value
    if ((fault !== 'input' && fault !== 'world') || !areFindings(findings)) return undefined
    return { kind, fault, findings }
  }
  return undefined
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const areFindings = (value: unknown): value is Finding[] =>
  Array.isArray(value) &&
  value.every(
    (finding) =>
      hasExactly(finding, ['code', 'subject', 'message', 'remedy']) &&
      Object.values(finding).every((text) => typeof text === 'string') &&
      Object.hasOwn(reasons, String(finding.code)),
  )
