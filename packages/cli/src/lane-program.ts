/** The program of a thread that reads entries: beside the bundle, or in its package when run from source. */
export const laneProgram = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL(import.meta.resolve('@bulkhead/ledger/lane'))
    : new URL('./entry-lane.mjs', import.meta.url)
