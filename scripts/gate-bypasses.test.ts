import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** Beside the checkout, or beside the folder that holds one checkout for each branch. */
const LIST =
  [join(ROOT, '..'), join(ROOT, '..', '..')]
    .map((place) => join(place, 'shared', 'annex', 'gate-bypasses.md'))
    .find((path) => existsSync(path)) ?? ''

/** Sections A to H concern the gate; I is about what the tests themselves must do. */
async function listedBypasses(): Promise<readonly string[]> {
  const sections = (await readFile(LIST, 'utf8')).split(/^## (?=[A-H]\. )/m).slice(1)
  return sections.flatMap((section) =>
    [...(section.split(/^## /m)[0] ?? '').matchAll(/^([0-9]+)\. /gm)].map(
      ([, number]) => `${section[0] ?? ''}${number}`,
    ),
  )
}

async function textOfTests(): Promise<string> {
  const groups = await Promise.all(
    ['packages', 'actions'].map(async (group) =>
      (await readdir(join(ROOT, group))).map((room) => join(ROOT, group, room, 'test')),
    ),
  )
  const texts: string[] = []
  for (const folder of groups.flat().filter((path) => existsSync(path)))
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.ts'))
        texts.push(await readFile(join(entry.parentPath, entry.name), 'utf8'))
  return texts.join('\n')
}

it.skipIf(LIST === '')('every known way to fool a gate is named by a test', async () => {
  const listed = await listedBypasses()
  expect(listed.length).toBeGreaterThan(100)
  const named = new Set((await textOfTests()).match(/\b[A-H][0-9]{1,3}\b/g))
  expect(listed.filter((line) => !named.has(line))).toEqual([])
})
