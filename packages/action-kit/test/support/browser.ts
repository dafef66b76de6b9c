import { spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { marked } from 'marked'
import { expect } from 'vitest'

const BROWSER = 'chromium'
export const noBrowser =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  spawnSync(BROWSER, ['--version'], { stdio: 'ignore' }).error !== undefined

/** Roughly as GitHub shows it, so that what is looked at here is what people see. */
const STYLE =
  'body{font:14px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;max-width:980px;margin:24px auto;color:#1f2328}' +
  'table{border-collapse:collapse;margin:0 0 16px;display:block;overflow:auto}td,th{border:1px solid #d1d9e0;padding:6px 13px;text-align:left;vertical-align:top}' +
  'code{background:#818b981f;border-radius:6px;padding:.2em .4em;font-size:85%}h2{border-bottom:1px solid #d1d9e0;padding-bottom:.3em}' +
  'blockquote{border-left:.25em solid #d1d9e0;margin:0 0 16px;padding:0 1em}summary{cursor:pointer}details{margin:0 0 16px}'

/** A job summary as a page of its own. */
export const pageOf = (summary: string): string =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${marked.parse(summary, { async: false })}`

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

/** Opens `summary.html` of a folder in the browser. */
export const browse = (folder: string, ...words: readonly string[]) =>
  spawnSync(
    BROWSER,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--user-data-dir=${join(folder, 'profile')}`,
      ...words,
      join(folder, 'summary.html'),
    ],
    { cwd: folder, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' },
  )

/** Draws it. `BULKHEAD_KEEP_PICTURE` names a file to which the picture is copied, to look at it. */
export async function expectPicture(folder: string, height: number): Promise<void> {
  const picture = join(folder, 'summary.png')
  expect(browse(folder, `--screenshot=${picture}`, `--window-size=1100,${height}`).status).toBe(0)
  const kept = process.env['BULKHEAD_KEEP_PICTURE']
  if (kept !== undefined) await writeFile(kept, await readFile(picture))
  expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG')
  expect((await stat(picture)).size).toBeGreaterThan(20_000)
}
