import type { CommitId } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from '../entry.ts'
import { sameArtifacts } from '../same-artifacts.ts'
import type { BlockOnRecord, FindingOnRecord, VerdictOnRecord } from './environment-state.ts'

type Judged = Pick<EntryOnRecord, 'index' | 'release' | 'data'>

export interface VerdictMemory {
  readonly verdicts: readonly VerdictOnRecord[]
  readonly blocks: readonly (readonly BlockOnRecord[])[]
}

/** Carries what gates have said, by commit: the newest verdict, and every enforced BLOCK. */
export class VerdictFold {
  #verdicts = new Map<CommitId, VerdictOnRecord>()
  #blocks = new Map<CommitId, readonly BlockOnRecord[]>()

  get verdicts(): Readonly<Record<CommitId, VerdictOnRecord>> {
    return Object.fromEntries(this.#verdicts)
  }

  get blocks(): Readonly<Record<CommitId, readonly BlockOnRecord[]>> {
    return Object.fromEntries(this.#blocks)
  }

  newestOn(commit: CommitId): VerdictOnRecord | undefined {
    return this.#verdicts.get(commit)
  }

  /** Takes in an entry `gate.verdict` that its rule has nothing against. */
  apply({ release, data, index }: Judged): void {
    if (release === undefined) return
    const outcome = data['outcome'] === 'PASS' ? 'PASS' : 'BLOCK'
    const observing = data['mode'] === 'observe' ? { observing: true as const } : {}
    const verdict: VerdictOnRecord = { ...release, outcome, index, ...observing }
    const attested = attestedBy(data, this.#verdicts.get(release.commit), verdict)
    this.#verdicts.set(release.commit, { ...verdict, ...attested })
    if (outcome === 'BLOCK' && data['mode'] !== 'observe') this.#block(release, index, data)
  }

  #block(release: ReleaseOnRecord, index: number, data: Judged['data']): void {
    const before = this.#blocks.get(release.commit) ?? []
    const same = before.find((block) => ofSameArtifacts(block, release))
    const listed = findingsOf(data['findings'])
    const codes = new Set([...(same?.codes ?? []), ...listed.map(({ code }) => code)])
    const isWhole = data['findingsTotal'] === listed.length && (same?.reasons.length ?? 1) > 0
    const reasons = isWhole ? unitedFindings([...(same?.reasons ?? []), ...listed]) : []
    const block = { ...release, index: same?.index ?? index, codes: [...codes], reasons }
    this.#blocks.set(release.commit, [...before.filter((other) => other !== same), block])
  }

  /** Forgets verdicts that no longer count. A BLOCK stays: evidence against a release may come from anywhere. */
  takeBack(isGone: (index: number) => boolean): void {
    for (const [commit, verdict] of this.#verdicts) {
      if (isGone(verdict.index)) this.#verdicts.delete(commit)
    }
  }

  /** A copy that goes its own way. */
  fork(): VerdictFold {
    const copy = new VerdictFold()
    copy.#verdicts = new Map(this.#verdicts)
    copy.#blocks = new Map(this.#blocks)
    return copy
  }

  /** All that it carries, as plain data. */
  memory(): VerdictMemory {
    return { verdicts: [...this.#verdicts.values()], blocks: [...this.#blocks.values()] }
  }

  static resume({ verdicts, blocks }: VerdictMemory): VerdictFold {
    const fold = new VerdictFold()
    fold.#verdicts = new Map(verdicts.map((verdict) => [verdict.commit, verdict]))
    fold.#blocks = new Map(blocks.flatMap((list) => (list[0] ? [[list[0].commit, list]] : [])))
    return fold
  }
}

const ofSameArtifacts = (one: ReleaseOnRecord, other: ReleaseOnRecord): boolean =>
  one.artifacts.length === other.artifacts.length &&
  one.artifacts.every(({ digest }) => other.artifacts.some((binding) => binding.digest === digest))

/** The findings that an entry lists; what has another form is none. */
const findingsOf = (findings: unknown): readonly FindingOnRecord[] =>
  Array.isArray(findings) ? findings.flatMap((finding: unknown) => findingOf(finding) ?? []) : []

function findingOf(finding: unknown): FindingOnRecord | undefined {
  if (typeof finding !== 'object' || finding === null || !('code' in finding)) return undefined
  if (typeof finding.code !== 'string') return undefined
  const isNamed = 'subject' in finding && typeof finding.subject === 'string'
  return { code: finding.code, subject: isNamed ? String(finding.subject) : '' }
}

const unitedFindings = (findings: readonly FindingOnRecord[]): readonly FindingOnRecord[] => [
  ...new Map(findings.map((one) => [`${one.code}\0${one.subject}`, one])).values(),
]

/** More than a gate judges the same bytes again before they ship. */
const MOST_ATTESTATIONS = 8

/** The attestations that a deploy may rest on, once this verdict is on record after the one before. */
function attestedBy(
  data: Judged['data'],
  before: VerdictOnRecord | undefined,
  now: VerdictOnRecord,
): Pick<VerdictOnRecord, 'attestations'> {
  const { attestation } = data
  if (typeof attestation !== 'string') return {}
  const same =
    before?.outcome === now.outcome &&
    before.observing === now.observing &&
    sameArtifacts(before, now)
  const older = same ? (before.attestations ?? []) : []
  return { attestations: [...older, attestation].slice(-MOST_ATTESTATIONS) }
}
