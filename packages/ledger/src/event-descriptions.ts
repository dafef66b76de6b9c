import { hexOf } from '@bulkhead/vocabulary'
import type { EntryDraft, ReleaseOnRecord } from './entry.ts'

export interface EventPlace {
  readonly origin: string
  readonly environment: string
  readonly index: number
  readonly at: string
}

interface Description {
  readonly type: string
  readonly subject: string
  readonly content: object
}

/** What an entry is about and what happened to it, for readers of CDEvents. */
export type Describe = (draft: EntryDraft, place: EventPlace) => Description

/** `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>` (custom/README.md). */
export const custom =
  (subject: string, predicate: string): Describe =>
  ({ fence }, { environment, index }) => ({
    type: `dev.cdeventsx.bulkhead-${subject}.${predicate}.0.1.0`,
    subject: `${subject}/${environment}/${fence ?? index}`,
    content: {},
  })

/** The verdict is the outcome of all suites together (testing-events.md, testSuiteRun finished). */
export const describeVerdict: Describe = (draft, { environment }) => ({
  type: 'dev.cdevents.testsuiterun.finished.0.3.0',
  subject: `verdict/${environment}/${draft.release?.commit ?? 'unknown'}`,
  content: {
    environment: { id: environment },
    outcome: draft.data['outcome'] === 'PASS' ? 'success' : 'failure',
    testSuite: { id: 'bulkhead-gate', name: 'release gate' },
  },
})

const deploymentEnded = custom('deployment', 'ended')

/** continuous-deployment.md, service deployed. */
const describeDeployed: Describe = (draft, { environment }) => ({
  type: 'dev.cdevents.service.deployed.0.3.0',
  subject: `service/${environment}`,
  content: { artifactId: purlOf(draft.release), environment: { id: environment } },
})

/** Only what got through is a deployed service; every other end is an event of our own. */
export const describeEnd: Describe = (draft, place) =>
  (draft.data['result'] === 'released' ? describeDeployed : deploymentEnded)(draft, place)

/** Package URL of the first artifact (package-url/purl-spec, type `generic` with a checksum). */
function purlOf(release: ReleaseOnRecord | undefined): string {
  const artifact = release?.artifacts[0]
  if (release === undefined || artifact === undefined) return 'pkg:generic/unknown'
  const name = artifact.name.split('/').map(encodeURIComponent).join('/')
  return `pkg:generic/${name}@${release.commit}?checksum=sha256:${hexOf(artifact.digest)}`
}
