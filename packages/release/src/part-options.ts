import {
  type RunIdentity,
  type RunPart,
  isLeg,
  isRunIdentity,
  isShard,
} from '@bulkhead/test-reports'
import { InputError } from '@bulkhead/vocabulary'

/** Parts and runs as people and workflows write them: all text, undefined where not given. */
export interface PartTexts {
  readonly leg?: string | undefined
  /** `2/4` is the second of four. */
  readonly shard?: string | undefined
  readonly run?: string | undefined
  readonly attempt?: string | undefined
}

export interface PartOptions {
  readonly leg?: string
  readonly shard?: RunPart['shard']
  readonly run?: RunIdentity
}

/** @throws InputError `usage/invalid-option` */
export function parsePartOptions(texts: PartTexts): PartOptions {
  const { leg, shard } = texts
  const run = parseRun(texts)
  return {
    ...(leg === undefined ? {} : { leg: parseLeg(leg) }),
    ...(shard === undefined ? {} : { shard: parseShard(shard) }),
    ...(run === undefined ? {} : { run }),
  }
}

/** @throws InputError `usage/invalid-option` */
export function parseRun({ run, attempt }: PartTexts): RunIdentity | undefined {
  if (run === undefined && attempt === undefined) return undefined
  const count = attempt ?? '1'
  const identity = { id: run ?? '', attempt: /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0 }
  if (isRunIdentity(identity)) return identity
  throw invalid(
    run === undefined ? '--run' : `--run ${run} --attempt ${count}`,
    run === undefined
      ? 'an attempt is of a run, and none is named'
      : 'a run is named by visible ASCII characters, an attempt counts from 1',
    'for example --run 8412 --attempt 1',
  )
}

function parseShard(text: string): RunPart['shard'] {
  const [, index, of] = /^([1-9][0-9]{0,3})\/([1-9][0-9]{0,3})$/.exec(text) ?? []
  const shard = { index: Number(index), of: Number(of) }
  if (isShard(shard.index, shard.of)) return shard
  throw invalid(
    `--shard ${text}`,
    'a shard is written I/N, I from 1 to N, N up to 1000',
    'for example --shard 2/4',
  )
}

function parseLeg(leg: string): string {
  if (leg !== '' && isLeg(leg)) return leg
  throw invalid(
    `--leg ${leg}`,
    'a leg is named by lower-case letters, digits and hyphens',
    'name one of the `legs` of the suite in bulkhead.yml',
  )
}

const invalid = (subject: string, message: string, remedy: string): InputError =>
  new InputError({ code: 'usage/invalid-option', subject, message, remedy })
