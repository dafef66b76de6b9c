import type { ConformanceBed } from './bed.ts'
import { Trial } from './bed.ts'
import { type ConformanceCheck, conformanceChecks } from './checks.ts'
import { NotHere } from './disagreement.ts'

/** What one check showed. */
export type CheckResult = Pick<ConformanceCheck, 'name' | 'meaning'> &
  (
    | { readonly kind: 'passed' }
    /** It could not be made here. */
    | { readonly kind: 'skipped'; readonly why: string }
    | { readonly kind: 'failed'; readonly why: string }
  )

export interface CheckOptions {
  /** Is told each result at once. */
  readonly onResult?: (result: CheckResult) => void
  /** Names of the checks to make; all when empty. */
  readonly only?: readonly string[]
}

/**
 * Tells whether a target does what the interface says, by telling it. It replaces every unit several
 * times: never on a fleet that anybody needs. Ends with every unit on the first release.
 */
export async function checkTarget(
  bed: ConformanceBed,
  { onResult, only = [] }: CheckOptions = {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  const trial = new Trial(bed, await bed.target.topology())
  for (const check of conformanceChecks) {
    if (only.length > 0 && !only.includes(check.name)) continue
    const { name, meaning } = check
    const result = { name, meaning, ...(await runCheck(check, trial)) }
    onResult?.(result)
    results.push(result)
  }
  await trial.fill(bed.releases[0]).catch(() => undefined) // The last check has said what is wrong.
  return results
}

async function runCheck(
  { run }: ConformanceCheck,
  trial: Trial,
): Promise<
  { readonly kind: 'passed' } | { readonly kind: 'skipped' | 'failed'; readonly why: string }
> {
  try {
    await trial.fill(trial.bed.releases[0])
    await run(trial)
    return { kind: 'passed' }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: error instanceof NotHere ? 'skipped' : 'failed', why }
  }
}
