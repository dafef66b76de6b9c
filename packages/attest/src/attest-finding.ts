import type { Finding, ReasonCode } from '@bulkhead/vocabulary'

const REMEDY = 'run `bulkhead gate` for the commit that is to ship, and offer what it writes'

/** One reason against an attestation. */
export const refusal = (
  code: ReasonCode,
  subject: string,
  message: string,
  remedy = REMEDY,
): Finding => ({ code, subject, message, remedy })
