/** Keys of each object of a CTRF report (ctrf.io, specification 0.0.0). `extra` may hold anything. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

export const ROOT_KEYS = words(
  'reportFormat specVersion reportId timestamp generatedBy results insights baseline extra',
)
export const RESULTS_KEYS = words('tool summary tests environment extra')
export const SUMMARY_KEYS = words(
  'tests passed failed skipped pending other flaky suites start stop duration extra',
)
export const TEST_KEYS = words(
  'id name status duration start stop suite message trace snippet line ai rawStatus tags labels type filePath retries retryAttempts flaky stdout stderr threadId attachments browser device screenshot parameters steps insights extra',
)
export const STEP_KEYS = words('name status extra')
/** What runners call a pass, in small letters; any other word beside a pass contradicts it. */
export const RAW_PASSES = words('passed pass ok success successful succeeded expected')
