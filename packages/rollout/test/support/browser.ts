import { execFile, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const BROWSER = 'chromium'

/** Whether the tests of a browser are left out: only on a laptop that has none. */
export const noBrowser =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  spawnSync(BROWSER, ['--version'], { stdio: 'ignore' }).error !== undefined

/** What a page is like at one width, as the browser laid it out. */
export interface Layout {
  /** Boxes that are narrower than what is in them, and the page itself if it can be scrolled sideways. */
  readonly overflowing: readonly string[]
  /** Texts of a drawing that lie over each other or beyond its edge. */
  readonly overlapping: readonly string[]
  /** Whether a script of the page ran. */
  readonly ran: boolean
  readonly height: number
}

/**
 * Measures a page in headless Chromium. The page lies in a frame of the width that is asked for: what
 * measures is a script around it, for the page itself must run none.
 */
export async function measure(page: string, width: number): Promise<Layout> {
  using home = temporary()
  const file = join(home.path, 'frame.html')
  writeFileSync(file, frameOf(page, width))
  const dom = await browse(home.path, ['--window-size=1400,900', '--dump-dom', file])
  const text = /<pre id="layout">([^<]+)<\/pre>/.exec(dom)?.[1]
  if (text === undefined) throw new Error(`the frame did not answer: ${dom.slice(0, 400)}`)
  return JSON.parse(decodeURIComponent(text)) as Layout
}

/** A picture of a page as PNG; kept in the folder BULKHEAD_KEEP_PICTURES, where that is set, to be looked at. */
export async function picture(
  page: string,
  { name, width, height, dark = false }: Picture,
): Promise<Buffer> {
  using home = temporary()
  const file = join(home.path, 'page.html')
  writeFileSync(file, page)
  const target = join(home.path, 'page.png')
  const colours = dark ? ['--blink-settings=preferredColorScheme=0'] : []
  await browse(home.path, [
    `--screenshot=${target}`,
    `--window-size=${width},${height}`,
    ...colours,
    file,
  ])
  const kept = process.env['BULKHEAD_KEEP_PICTURES']
  if (kept !== undefined) copyFileSync(target, join(kept, `${name}.png`))
  return readFileSync(target)
}

interface Picture {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly dark?: boolean
}

async function browse(home: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
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
      '--hide-scrollbars',
      `--user-data-dir=${join(home, 'profile')}`,
      ...words,
    ],
    { cwd: home, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 },
  )
  return stdout
}

function temporary() {
  const path = mkdtempSync(join(tmpdir(), 'bulkhead-page-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

const SCRIPT = readFileSync(new URL('measure-frame.mjs', import.meta.url), 'utf8')

const frameOf = (page: string, width: number): string =>
  `<!doctype html><meta charset="utf-8"><body>
<iframe id="page" width="${width}" height="900" style="border:0" srcdoc="${attribute(page)}"></iframe>
<script>${SCRIPT}</script>`
