import type { Finding } from '@bulkhead/vocabulary'

/**
 * Why a rollout does not simply go on. `roll-back`: restore the previous release. `pause`: stay as it
 * is, at the edge of a batch, until somebody resumes or aborts. `stop`: touch nothing more, because
 * another hand is in charge or nothing can be put on record.
 */
export type InterruptionKind = 'roll-back' | 'pause' | 'stop'

export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly kind: InterruptionKind
  readonly findings: readonly Finding[]
  constructor(
    kind: InterruptionKind,
    findings: Finding | readonly Finding[],
    options?: ErrorOptions,
  ) {
    const list: readonly Finding[] = 'code' in findings ? [findings] : findings
    super(list.map((finding) => finding.message).join('; '), options)
    this.kind = kind
    this.findings = list
  }
}
