import type { Command } from 'commander'
import { type RunIdentity, type RunPart, isRunIdentity, isShard } from '@bulkhead/test-reports'
import { InputError } from '@bulkhead/vocabulary'

export interface RunOptions {
  readonly run?: string
  readonly attempt?: string
}

/** Adds the options by which the parts of one run, on whichever machines, are held together. */
export const withRunOptions = (command: Command, meaning: string): Command =>
  command
    .option('--run <id>', meaning)
    .option('--attempt <n>', 'which try of that run it is (default: 1)')

/** @throws InputError `usage/invalid-option` */
export function runOf({ run, attempt }: RunOptions): RunIdentity | undefined {
  if (run === undefined && attempt === undefined) return undefined
  const identity = {
    id: run ?? '',
    attempt: /^[1-9][0-9]{0,8}$/.test(attempt ?? '1') ? Number(attempt ?? '1') : 0,
  }
  if (isRunIdentity(identity)) return identity
  throw new InputError({
    code: 'usage/invalid-option',
    subject: run === undefined ? '--run' : `--run ${run} --attempt ${attempt ?? '1'}`,
    message:
      run === undefined
        ? 'an attempt is of a run, and none is named'
        : 'a run is named by visible ASCII characters, an attempt counts from 1',
    remedy: 'for example --run 8412 --attempt 1',
  })
}

/** `2/4` is the second of four. @throws InputError `usage/invalid-option` */
export function shardOf(text: string | undefined): RunPart['shard'] | undefined {
  if (text === undefined) return undefined
  const [, index, of] = /^([1-9][0-9]{0,3})\/([1-9][0-9]{0,3})$/.exec(text) ?? []
  const shard = { index: Number(index), of: Number(of) }
  if (isShard(shard.index, shard.of)) return shard
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--shard ${text}`,
    message: 'a shard is written I/N, I from 1 to N, N up to 1000',
    remedy: 'for example --shard 2/4',
  })
}

/** @throws InputError `usage/invalid-option` */
export function legOption(leg: string | undefined): { readonly leg?: string } {
  if (leg === undefined) return {}
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(leg)) return { leg }
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--leg ${leg}`,
    message: 'a leg is named by lower-case letters, digits and hyphens',
    remedy: 'name one of the `legs` of the suite in bulkhead.yml',
  })
}
