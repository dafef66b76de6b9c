import type { ArtifactBinding } from '@bulkhead/gate'
import type { EnvironmentPolicy } from '@bulkhead/policy'

/**
 * Which artifact of a release runs in an environment: the one that its policy names, or the first.
 * @throws TypeError when there is none: an attestation of nothing, or of other files, is never accepted
 */
export function shippedArtifact(
  { artifact: named }: EnvironmentPolicy,
  artifacts: readonly ArtifactBinding[],
): ArtifactBinding {
  const found = named === undefined ? artifacts[0] : artifacts.find(({ name }) => name === named)
  if (found === undefined)
    throw new TypeError('the attestation was checked to bind what is shipped')
  return found
}
