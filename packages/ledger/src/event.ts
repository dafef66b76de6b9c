import { hexOf } from '@bulkhead/vocabulary'
import type { EntryDraft, EntryKind, ReleaseOnRecord } from './entry.ts'

/** A CDEvents 0.5 event (cdevents.dev, spec.md and its vocabulary), as far as we write it. */
export interface CdEvent {
  readonly context: {
    readonly specversion: string
    readonly id: string
    readonly source: string
    readonly type: string
    readonly timestamp: string
  }
  readonly subject: { readonly id: string; readonly content: object }
  readonly customData: {
    readonly kind: EntryKind
    readonly release: ReleaseOnRecord | null
    readonly data: Readonly<Record<string, unknown>>
  }
}

export interface EventPlace {
  readonly origin: string
  readonly environment: string
  readonly index: number
  readonly at: string
}

const SPEC_VERSION = '0.5.1'

/**
 * The event that tells other tools what an entry says. Only kinds with the very meaning of a CDEvents
 * type use it; the rest are custom events, `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`
 * (custom/README.md). A rollback is custom too: `service.rolledback` must name the artifact that runs
 * afterwards, which the entry about the abandoned release does not know.
 */
export function eventOf(draft: EntryDraft, place: EventPlace): CdEvent {
  const { type, subject, content } = DESCRIPTIONS[draft.kind](draft, place)
  return {
    context: {
      specversion: SPEC_VERSION,
      id: String(place.index),
      source: place.origin,
      type,
      timestamp: place.at,
    },
    subject: { id: subject, content },
    customData: { kind: draft.kind, release: draft.release ?? null, data: draft.data },
  }
}

interface Description {
  readonly type: string
  readonly subject: string
  readonly content: object
}

type Describe = (draft: EntryDraft, place: EventPlace) => Description

const custom =
  (subject: string, predicate: string): Describe =>
  ({ fence }, { environment, index }) => ({
    type: `dev.cdeventsx.bulkhead-${subject}.${predicate}.0.1.0`,
    subject: `${subject}/${environment}/${fence ?? index}`,
    content: {},
  })

/** The verdict is the outcome of all suites together (testing-events.md, testSuiteRun finished). */
const describeVerdict: Describe = (draft, { environment }) => ({
  type: 'dev.cdevents.testsuiterun.finished.0.3.0',
  subject: `verdict/${environment}/${draft.release?.commit ?? 'unknown'}`,
  content: {
    environment: { id: environment },
    outcome: draft.data['outcome'] === 'PASS' ? 'success' : 'failure',
    testSuite: { id: 'bulkhead-gate', name: 'release gate' },
  },
})

/** continuous-deployment.md, service deployed. */
const describeDeployed: Describe = (draft, { environment }) => ({
  type: 'dev.cdevents.service.deployed.0.3.0',
  subject: `service/${environment}`,
  content: { environment: { id: environment }, artifactId: purlOf(draft.release) },
})

const deploymentEnded = custom('deployment', 'ended')

const DESCRIPTIONS: Readonly<Record<EntryKind, Describe>> = {
  genesis: custom('ledger', 'created'),
  'lease.acquired': custom('lease', 'acquired'),
  'lease.released': custom('lease', 'released'),
  'gate.verdict': describeVerdict,
  'deploy.started': custom('deployment', 'started'),
  'deploy.step': custom('deployment', 'progressed'),
  heartbeat: custom('ledger', 'alive'),
  'key.revoked': custom('key', 'revoked'),
  'deploy.refused': custom('deployment', 'refused'),
  'rollback.started': custom('deployment', 'reverting'),
  'deploy.finished': (draft, place) =>
    (draft.data['result'] === 'released' ? describeDeployed : deploymentEnded)(draft, place),
}

/** Package URL of the first artifact (package-url/purl-spec, type `generic` with a checksum). */
function purlOf(release: ReleaseOnRecord | undefined): string {
  const artifact = release?.artifacts[0]
  if (release === undefined || artifact === undefined) return 'pkg:generic/unknown'
  const name = artifact.name.split('/').map(encodeURIComponent).join('/')
  return `pkg:generic/${name}@${release.commit}?checksum=sha256:${hexOf(artifact.digest)}`
}
