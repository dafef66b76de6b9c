import {
  type FleetSample,
  type RolloutChapter,
  renderRolloutPage,
  sampleFleet,
} from '@bulkhead/rollout'
import { LocalTarget } from '@bulkhead/targets'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { join } from 'node:path'
import { decisionsOnRecord } from './decisions-on-record.ts'
import type { SceneReport } from './narrator.ts'
import type { Stage } from './stage.ts'

/** R of the example's policy, drawn as the line that capacity must stay above. */
const REQUIRED = 5

/** The whole story on one timeline: zones, capacity, requests, errors and what each scene decided. */
export async function storyPage(stage: Stage, reports: readonly SceneReport[]): Promise<string> {
  const began = reports[0]?.from ?? 0
  const samples = await fleetSamples(stage, began)
  const holds = reports.every((report) => report.checks.every((check) => check.holds))
  const { requests, failed } = stage.load.count()
  return renderRolloutPage({
    title: 'Bulkhead: the story',
    subtitle:
      'Nine units in three zones under constant load; five must stay healthy with any one zone gone.',
    verdict: {
      tone: holds ? 'good' : 'bad',
      text: `${holds ? 'every scene ended as it must' : 'a scene did not end as it must'}; users sent ${requests} requests, and ${failed} of them failed`,
    },
    samples,
    decisions: await decisionsOnRecord(stage, began),
    chapters: reports.map(chapterOf),
    releaseNames: await releaseNames(stage),
  })
}

async function fleetSamples(stage: Stage, since: number): Promise<readonly FleetSample[]> {
  const directory = join(stage.repository.path, '.git', 'bulkhead', 'fleets', 'production')
  const release = commitId((await stage.repository.git('rev-parse', 'HEAD')).trim())
  const samples = await new LocalTarget(directory).samples(since)
  return samples.map((sample) =>
    sampleFleet(sample, { at: sample.at, phase: '', release, required: REQUIRED }),
  )
}

const chapterOf = ({ title, checks, from, to }: SceneReport): RolloutChapter => ({
  name: title,
  from,
  to,
  holds: checks.every((check) => check.holds),
  note: checks.map((check) => `${check.holds ? '✓' : '✗'} ${check.label}`).join(' · '),
})

/** First commit, then in the order of their making: release 1, release 2 and the one taken back. */
async function releaseNames(stage: Stage): Promise<Readonly<Record<CommitId, string>>> {
  const kept = (await stage.repository.git('rev-list', '--reverse', 'HEAD')).trim().split('\n')
  return Object.fromEntries(kept.map((commit, index) => [commitId(commit), `release ${index + 1}`]))
}
