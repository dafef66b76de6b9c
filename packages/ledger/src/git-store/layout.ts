import { InputError } from '@bulkhead/vocabulary'

/** Entries of one folder: small enough that git rewrites little when one is added. */
const WIDTH = 1_000
const MAX_INDEX = WIDTH ** 3 - 1

export const ENTRIES = 'entries'
export const TILES = 'tile'
export const FOLDER_NAME = /^[0-9]{3}$/
export const ENTRY_NAME = /^[0-9]{3}\.json$/

/** Where entry `index` lies below `entries/`: 1234567 is `001/234/567.json`. */
export function placeOf(index: number): readonly [string, string, string] {
  if (!Number.isInteger(index) || index < 0 || index > MAX_INDEX) {
    throw new TypeError(`not the index of an entry: ${index}`)
  }
  const part = (value: number) => String(value % WIDTH).padStart(3, '0')
  return [
    part(Math.floor(index / WIDTH ** 2)),
    part(Math.floor(index / WIDTH)),
    `${part(index)}.json`,
  ]
}

/** The index of the entry at three names that fit the layout. */
export const indexOf = (upper: string, lower: string, name: string): number =>
  (Number(upper) * WIDTH + Number(lower)) * WIDTH + Number(name.slice(0, 3))

/** What can be part of a ref, a key and a row. */
export const ENVIRONMENT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

/** A name that can be part of a ref, a key and a row. @throws InputError `usage/invalid-option` */
export function checkedName(environment: string): string {
  if (ENVIRONMENT_NAME.test(environment)) return environment
  throw new InputError({
    code: 'usage/invalid-option',
    subject: environment,
    message: 'cannot name a ledger branch',
    remedy: 'name environments with lower-case letters, digits and inner dashes, at most 64',
  })
}
