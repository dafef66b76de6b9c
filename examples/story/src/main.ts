// npm start: the whole promise, scene by scene, with real parts. Exits non-zero on any ✗.
process.exitCode = 70

import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from './stage.ts'
import { withStage } from './stage.ts'
import { type Check, type Narrator, type SceneReport, narrator } from './narrator.ts'
import { storyPage } from './story-page.ts'
import { scenes } from './scenes/index.ts'
import type { Scene } from './scenes/scene.ts'

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
const narrate = narrator((text) => void process.stdout.write(text), colour)
const began = performance.now()

narrate.heading(
  'Bulkhead: nothing ships untested, nothing ships unsigned, and nobody notices a deploy',
)
const { reports, page } = await withStage(narrate, async (stage) => {
  const played: SceneReport[] = []
  for (const [index, scene] of scenes.entries())
    played.push(await play(stage, narrate, scene, index + 1))
  return { reports: played, page: await storyPage(stage, played) }
})
// A directory of its own: a fixed name in a shared place may be somebody else's.
const kept = join(await mkdtemp(join(tmpdir(), 'bulkhead-page-')), 'story.html')
await writeFile(kept, page)
summarise(reports)
process.exitCode = reports.every((report) => report.checks.every((check) => check.holds)) ? 0 : 1

async function play(
  stage: Stage,
  narrateScene: Narrator,
  scene: Scene,
  number: number,
): Promise<SceneReport> {
  narrateScene.heading(`${number}. ${scene.title}`)
  const from = Date.now()
  const checks = await scene.play(stage).catch((error: unknown): readonly Check[] => [
    {
      label: `the scene went to its end: ${error instanceof Error ? error.message : String(error)}`,
      holds: false,
    },
  ])
  for (const check of checks) narrateScene.checked(check)
  return { number, title: scene.title, checks, from, to: Date.now() }
}

function summarise(played: readonly SceneReport[]): void {
  narrate.heading('Scenes')
  for (const { number, title, checks, from, to } of played) {
    const seconds = ((to - from) / 1_000).toFixed(1).padStart(5)
    narrate.checked({
      label: `${seconds} s  ${number}. ${title}`,
      holds: checks.every((check) => check.holds),
    })
  }
  narrate.say(`total ${((performance.now() - began) / 1_000).toFixed(1)} s`)
  narrate.say(`the timeline of zones, capacity, requests, errors and decisions: ${kept}`)
}
