import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { marked } from 'marked'

const BROWSER = 'chromium'

/** Whether tests that look at pages have nothing to look with; with BULKHEAD_REQUIRE_ENGINES they must. */
export const noBrowser =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  spawnSync(BROWSER, ['--version'], { stdio: 'ignore' }).error !== undefined

/** Roughly as GitHub shows it, so that what is looked at here is what people see. */
const STYLE =
  'body{font:14px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;max-width:980px;margin:24px auto;color:#1f2328}' +
  'table{border-collapse:collapse;margin:0 0 16px;display:block;overflow:auto}td,th{border:1px solid #d1d9e0;padding:6px 13px;text-align:left;vertical-align:top}' +
  'code{background:#818b981f;border-radius:6px;padding:.2em .4em;font-size:85%}pre{background:#f6f8fa;border-radius:6px;padding:12px;overflow:auto}pre code{background:none;padding:0}h2{border-bottom:1px solid #d1d9e0;padding-bottom:.3em}' +
  'blockquote{border-left:.25em solid #d1d9e0;margin:0 0 16px;padding:0 1em}summary{cursor:pointer}details{margin:0 0 16px}'

/** Markdown as a page of HTML. */
export const pageOf = (markdown: string): string =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${marked.parse(markdown, { async: false })}`

/** Opens a file of a folder in the browser, without a window, and waits until it is done. */
export const browse = (folder: string, file: string, ...words: readonly string[]) =>
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
      join(folder, file),
    ],
    { cwd: folder, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' },
  )
