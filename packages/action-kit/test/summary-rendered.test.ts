import { spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { marked } from 'marked'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { summaryMarkdown } from '../src/summary.ts'
import { blockedPage } from './support/example-page.ts'

const BROWSER = 'chromium'
const noBrowser =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  spawnSync(BROWSER, ['--version'], { stdio: 'ignore' }).error !== undefined

/** Roughly as GitHub shows it, so that what is looked at here is what people see. */
const STYLE =
  'body{font:14px/1.5 -apple-system,"Segoe UI",Helvetica,Arial,sans-serif;max-width:980px;margin:24px auto;color:#1f2328}' +
  'table{border-collapse:collapse;margin:0 0 16px;display:block;overflow:auto}td,th{border:1px solid #d1d9e0;padding:6px 13px;text-align:left;vertical-align:top}' +
  'code{background:#818b981f;border-radius:6px;padding:.2em .4em;font-size:85%}h2{border-bottom:1px solid #d1d9e0;padding-bottom:.3em}' +
  'blockquote{border-left:.25em solid #d1d9e0;margin:0 0 16px;padding:0 1em}summary{cursor:pointer}details{margin:0 0 16px}'

const html = (): string =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${marked.parse(summaryMarkdown(blockedPage()), { async: false })}`

/** Elements with their depth; throws where one is closed that is not open. */
function elementsOf(page: string): readonly string[] {
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

describe('the summary of 3 suites and 200 findings, rendered', () => {
  it('has elements of our own only, each closed where it was opened', () => {
    const elements = elementsOf(html())
    expect([...new Set(elements)].sort()).toEqual(
      'b br code details h2 h3 meta p style summary table td th tr'.split(' '),
    )
    expect(elements.filter((name) => name === 'details')).toHaveLength(3)
    expect(() => elementsOf(html().replace('</table>', ''))).toThrow('not closed: table')
  })

  it('says first what was decided, then why by suite with the way out, then the counts', () => {
    const text = html()
    const at = (words: string) => {
      const index = text.indexOf(words)
      expect(index, words).toBeGreaterThan(0)
      return index
    }
    const order = [
      at('BLOCK: c0ffee00c0ff'),
      at('Commits: 1 finding<'),
      at('Suite tenant-isolation: 101 findings'),
      at('tests that passed'),
    ]
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(text).toContain('Suite security: 66 findings')
    expect(text).toContain('Suite load: 31 findings')
    expect(text.split('mend the code: a mandatory suite is never waived')).toHaveLength(3)
    expect(text.match(/<summary>(90|50|20) more<\/summary>/g)).toHaveLength(3)
  })
})

describe.skipIf(noBrowser)('the same in a browser', () => {
  let home: TemporaryDirectory
  beforeAll(async () => {
    home = await temporaryDirectory()
    await writeFile(join(home.path, 'summary.html'), html())
  })
  afterAll(() => home[Symbol.asyncDispose]())

  const browse = (...words: readonly string[]) =>
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
        `--user-data-dir=${join(home.path, 'profile')}`,
        ...words,
        join(home.path, 'summary.html'),
      ],
      { cwd: home.path, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' },
    )

  it('makes no link, image, script or heading of what others wrote', () => {
    const { stdout, status } = browse('--dump-dom')
    expect(status).toBe(0)
    const [, body = ''] = stdout.split('</head>')
    expect(body).toContain('refuses stranger 3 &lt;img src=x')
    expect(body).not.toMatch(/<(?:a|img|script|iframe|h1|h4)[\s>]/)
    expect(body.match(/<tr>/g)?.length).toBeGreaterThan(200)
  }, 150_000)

  it('is drawn', async () => {
    const picture = join(home.path, 'summary.png')
    expect(browse(`--screenshot=${picture}`, '--window-size=1100,1800').status).toBe(0)
    const kept = process.env['BULKHEAD_KEEP_PICTURE']
    if (kept !== undefined) await writeFile(kept, await readFile(picture))
    expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG')
    expect((await stat(picture)).size).toBeGreaterThan(20_000)
  }, 150_000)
})
