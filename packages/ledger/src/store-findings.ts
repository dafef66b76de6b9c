import { type Finding, WorldError } from '@bulkhead/vocabulary'

const MAX_MESSAGE = 1_000
/** Whoever may write to a store may fill it with junk: so much of it is named. */
export const MAX_REMARKS = 100

/** The world failed while a store was read or written. */
export const storeFailed = (subject: string, message: string, cause?: unknown): WorldError =>
  new WorldError(
    {
      code: 'ledger/append-failed',
      subject,
      message: message.trim().slice(0, MAX_MESSAGE) || 'it failed without a word',
      remedy: 'check that the store can be reached and has room, then run the command again',
    },
    { cause },
  )

/** What somebody put into a store that is no part of a ledger. It is never obeyed. */
export const foreignPath = (path: string): Finding => ({
  code: 'ledger/foreign-path',
  subject: path,
  message: 'it is no part of a ledger',
  remedy: 'find out who wrote it, and take its right to write away; deploys go on meanwhile',
})
