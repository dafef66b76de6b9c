/**
 * Which part of a suite one run is: a leg of the matrix (`linux`, `windows`) and a shard of that leg.
 * A suite without legs has the one leg ''. A suite that is not split has the one shard 1 of 1.
 */
export interface RunPart {
  readonly leg: string
  readonly shard: { readonly index: number; readonly of: number }
}

/** A whole suite that has neither legs nor shards. */
export const WHOLE_SUITE: RunPart = { leg: '', shard: { index: 1, of: 1 } }

/** More shards than any honest suite has. */
export const MOST_SHARDS = 1_000

/** A leg's name: lower-case letters, digits and hyphens, as the policy takes them; '' for none. */
const LEG = /^(?:|[a-z0-9][a-z0-9-]{0,62})$/
const FOLDER = /^(?:([a-z0-9][a-z0-9-]{0,62})\.)?([1-9][0-9]{0,3})-of-([1-9][0-9]{0,3})$/

export const isLeg = (text: string): boolean => LEG.test(text)

export const isShard = (index: number, of: number): boolean =>
  Number.isSafeInteger(index) &&
  Number.isSafeInteger(of) &&
  index >= 1 &&
  index <= of &&
  of <= MOST_SHARDS

/** The folder that keeps the evidence of a part: `linux.2-of-4`, or `1-of-1` without legs. */
export const partFolder = ({ leg, shard }: RunPart): string =>
  `${leg === '' ? '' : `${leg}.`}${shard.index}-of-${shard.of}`

/** The part that a folder is named after; undefined for any other name. */
export function partOfFolder(name: string): RunPart | undefined {
  const [, leg = '', index, of] = FOLDER.exec(name) ?? []
  const shard = { index: Number(index), of: Number(of) }
  return isShard(shard.index, shard.of) ? { leg, shard } : undefined
}

/** How findings call a part: `tenant-isolation`, `tenant-isolation (linux, shard 2/4)`. */
export function partLabel(suite: string, { leg, shard }: RunPart): string {
  const parts = [
    ...(leg === '' ? [] : [leg]),
    ...(shard.of === 1 ? [] : [`shard ${shard.index}/${shard.of}`]),
  ]
  return parts.length === 0 ? suite : `${suite} (${parts.join(', ')})`
}

/** The words after `bulkhead test` that run this very part. */
export function partOptions(suite: string, { leg, shard }: RunPart): string {
  const words = [
    `--suite ${suite}`,
    ...(leg === '' ? [] : [`--leg ${leg}`]),
    ...(shard.of === 1 ? [] : [`--shard ${shard.index}/${shard.of}`]),
  ]
  return words.join(' ')
}
