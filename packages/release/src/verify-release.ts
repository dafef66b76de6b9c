import { type AttestationVerification, verifyAttestation } from '@bulkhead/attest'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { CommitId } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { type AttestationFiles, attestationFiles } from './gate-release.ts'
import { gatherBuild } from './gather-evidence.ts'
import { statementSigners } from './trusted-keys.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface VerifyReleaseRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly policy: LoadedPolicy
  /** Bases that do as well, see {@link earlierBases}. */
  readonly earlierBases?: readonly CommitId[]
  /** The two envelopes; default: where `bulkhead gate` wrote them. */
  readonly files?: Partial<AttestationFiles>
}

export interface ReleaseVerification {
  readonly attestation: AttestationVerification
  /** The artifacts as they lie there now, re-hashed: what would ship. */
  readonly artifacts: readonly ArtifactBinding[]
}

/**
 * What the deploy step asks by itself, trusting no earlier step's word (DESIGN law 4): is there a
 * PASS, by a gate that the trusted ref names, about exactly this commit, tree, base, policy,
 * environment and these bytes, and does it still stand?
 */
export async function verifyRelease(
  workspace: Workspace,
  request: VerifyReleaseRequest,
): Promise<ReleaseVerification> {
  const { environment, commit, policy } = request
  const files = {
    ...attestationFiles(evidenceDirectory(workspace.repository, commit), environment),
    ...request.files,
  }
  const { artifacts } = await gatherBuild(workspace, { commit, policy })
  const attestation = verifyAttestation({
    gate: await readIfThere(files.gate),
    summary: await readIfThere(files.summary),
    trust: {
      keys: await statementSigners(policy, 'gate'),
      maxAge: policy.policy.verdictExpires,
      mode: policy.policy.mode,
    },
    expected: {
      commit,
      tree: await workspace.repository.treeOf(commit),
      base: policy.trustedRef,
      earlierBases: request.earlierBases ?? [],
      artifacts,
      policyDigest: policy.digest,
      environment,
    },
    now: workspace.clock.now(),
  })
  return { attestation, artifacts }
}

/** A verdict with a reason for each of very many tests fits. */
const MOST_ENVELOPE_BYTES = 256 * 1024 * 1024

const readIfThere = (path: string): Promise<Buffer | undefined> =>
  readRegularFile(path, MOST_ENVELOPE_BYTES)
