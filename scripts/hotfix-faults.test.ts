import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Numbers of the table of faults in the runbook. */
async function listedFaults(): Promise<readonly number[]> {
  const runbook = await readFile(join(ROOT, 'docs', 'hotfix.md'), 'utf8')
  const [, table = ''] = runbook.split('\n## Faults and abuse\n')
  return [...table.matchAll(/^\| (\d+) \| /gm)].map(([, number]) => Number(number))
}

/** Numbers that stand in the title of a test, as `(hotfix fault N)`. */
async function shownFaults(): Promise<ReadonlySet<number>> {
  const rooms = (await readdir(join(ROOT, 'packages'))).map((room) =>
    join(ROOT, 'packages', room, 'test'),
  )
  const shown = new Set<number>()
  for (const folder of rooms.filter((path) => existsSync(path)))
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.test.ts')) continue
      const text = await readFile(join(folder, name), 'utf8')
      const titles = text.matchAll(/\(hotfix fault (\d+)\)/g)
      for (const [, number] of titles) shown.add(Number(number))
    }
  return shown
}

it('every fault and abuse of the hotfix lane is shown by a test, and every test is of one', async () => {
  const listed = await listedFaults()
  expect(listed).toEqual(Array.from({ length: 19 }, (_, at) => at + 1))
  expect([...(await shownFaults())].toSorted((a, b) => a - b)).toEqual(listed)
})
