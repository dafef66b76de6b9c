import { randomUUID } from 'node:crypto'

/** The name of an append in a store of records: how many entries there are after it, and which it was. */
export interface AppendName {
  readonly size: number
  readonly id: string
}

const NAME = /^([0-9]{1,10})\.([0-9a-f-]{36})$/

export const newAppend = (size: number): AppendName => ({ size, id: randomUUID() })

export const writeName = ({ size, id }: AppendName): string => `${size}.${id}`

/** What a tip says; null for one that nobody of ours wrote. */
export function readName(tip: string): AppendName | null {
  const [, size, id] = NAME.exec(tip) ?? []
  return size === undefined || id === undefined ? null : { size: Number(size), id }
}
