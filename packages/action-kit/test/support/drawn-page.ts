import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { browse } from '../../src/testing/index.ts'

/** Elements with their depth; throws where one is closed that is not open. */
export function elementsOf(page: string): readonly string[] {
  const open: string[] = []
  const seen: string[] = []
  for (const [, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/gi)) {
    if (slash === '') {
      seen.push(name)
      if (!['br', 'meta'].includes(name)) open.push(name)
    } else if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`)
  return seen
}

/** Draws `summary.html`. `BULKHEAD_KEEP_PICTURE` names a file to which the picture is copied, to look at it. */
export async function expectPicture(folder: string, height: number): Promise<void> {
  const picture = join(folder, 'summary.png')
  const words = [`--screenshot=${picture}`, `--window-size=1100,${height}`]
  expect(browse(folder, 'summary.html', ...words).status).toBe(0)
  const kept = process.env['BULKHEAD_KEEP_PICTURE']
  if (kept !== undefined) await writeFile(kept, await readFile(picture))
  expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG')
  expect((await stat(picture)).size).toBeGreaterThan(20_000)
}
