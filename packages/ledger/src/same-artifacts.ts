import type { ReleaseOnRecord } from './entry.ts'

/** Same names, same bytes; order is nobody's business. */
export function sameArtifacts(one: ReleaseOnRecord, other: ReleaseOnRecord): boolean {
  // Every step of a rollout asks, and nearly always the order is the same too.
  if (sameInOrder(one.artifacts, other.artifacts)) return true
  const list = ({ artifacts }: ReleaseOnRecord) =>
    artifacts.map(({ name, digest }) => `${digest} ${name}`).sort()
  return JSON.stringify(list(one)) === JSON.stringify(list(other))
}

const sameInOrder = (
  one: ReleaseOnRecord['artifacts'],
  other: ReleaseOnRecord['artifacts'],
): boolean =>
  one.length === other.length &&
  one.every(({ name, digest }, at) => name === other[at]?.name && digest === other[at]?.digest)
