import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** Beside the checkout, or beside the folder that holds one checkout for each branch. */
const LIST =
  [join(ROOT, '..'), join(ROOT, '..', '..')]
    .map((place) => join(place, 'shared', 'annex', 'failure-modes.md'))
    .find((path) => existsSync(path)) ?? ''

/** What no test shows, and why. */
const WITHOUT_A_TEST: ReadonlyMap<number, string> = new Map([
  [23, 'standby and protected instances are of autoscaling groups: no target for those yet'],
])

/** `N: …` in the rollout room, whose tests walk down the list; `… (failure N)` elsewhere. */
async function numbersShown(): Promise<ReadonlySet<number>> {
  const rooms = (await readdir(join(ROOT, 'packages'))).map((room) => join(ROOT, 'packages', room))
  const shown = new Set<number>()
  for (const folder of rooms.map((room) => join(room, 'test')).filter((path) => existsSync(path)))
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.test.ts')) continue
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
      const ours = folder.endsWith(join('rollout', 'test'))
      const found = [
        ...text.matchAll(/\(failure (\d+)\)['`]/g),
        ...(ours ? text.matchAll(/\btest\('(\d+): /g) : []),
      ]
      for (const [, number] of found) shown.add(Number(number))
    }
  return shown
}

it.skipIf(LIST === '')('every known way to fail is shown by a test, or named here', async () => {
  const list = await readFile(LIST, 'utf8')
  const listed = [...list.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number))
  expect(listed.length).toBeGreaterThan(40)
  const shown = await numbersShown()
  expect(listed.filter((number) => !shown.has(number))).toEqual([...WITHOUT_A_TEST.keys()])
})
