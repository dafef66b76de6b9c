import { randomUUID } from 'node:crypto'
import type { AppendRequest } from '../ledger-store.ts'

/** Two writers may append the very same bytes in the same second: each must know its own commit. */
export const messageOf = ({ entries }: AppendRequest): readonly string[] => [
  `ledger: entries ${entries[0]?.index ?? 0} to ${entries.at(-1)?.index ?? 0}`,
  '',
  `Append: ${randomUUID()}`,
]
