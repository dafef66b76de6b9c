import type { Finding } from '@bulkhead/vocabulary'

/**
 * Why a rollout does not simply go on. `roll-back`: restore the previous release. `stop`: touch
 * nothing more, because another hand is in charge or nothing can be put on record.
 */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly kind: 'roll-back' | 'stop'
  readonly findings: readonly Finding[]
  constructor(
    kind: 'roll-back' | 'stop',
    findings: Finding | readonly Finding[],
    options?: ErrorOptions,
  ) {
    const list: readonly Finding[] = 'code' in findings ? [findings] : findings
    super(list.map((finding) => finding.message).join('; '), options)
    this.kind = kind
    this.findings = list
  }
}
