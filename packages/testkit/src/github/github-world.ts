import type { StoredDeployment } from './deployments.ts'
import type { Collaboration } from './collaboration.ts'

/** A thing that GitHub knows: only what matters to a test; the rest is the description's own example. */
export type Overlay = Readonly<Record<string, unknown>>

/** Everything that the stand-in knows, by kind and number. Tests change it as they go. */
export interface GithubWorld extends Collaboration {
  readonly runs: Map<number, Overlay>
  readonly jobs: Map<number, Overlay>
  readonly checkRuns: Map<number, Overlay>
  readonly checkSuites: Map<number, Overlay>
  readonly artifacts: Map<number, Overlay>
  /** Zip bytes by artifact, log text by job. */
  readonly archives: Map<number, Buffer>
  readonly logs: Map<number, string>
  readonly deployments: Map<number, StoredDeployment>
}
