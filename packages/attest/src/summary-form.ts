import * as v from 'valibot'
import { timeText } from './forms.ts'

const sha256Set = v.strictObject({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) })

/** The part of a SLSA verification summary v1 that we write, and therefore accept. */
export const summaryForm = v.strictObject({
  verifier: v.strictObject({ id: v.literal('https://bulkhead.dev/release-gate') }),
  timeVerified: timeText,
  resourceUri: v.string(),
  policy: v.strictObject({ uri: v.string(), digest: sha256Set }),
  inputAttestations: v.array(v.strictObject({ uri: v.string(), digest: sha256Set })),
  verificationResult: v.picklist(['PASSED', 'FAILED']),
  verifiedLevels: v.array(v.string()),
})
