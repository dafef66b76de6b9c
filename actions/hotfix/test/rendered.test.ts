import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browse, noBrowser, pageOf } from '@bulkhead/action-kit/testing'
import { type IncidentSource, clockOf, incidentText, nextSteps } from '@bulkhead/hotfix'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'

const HOSTILE = '<img src=x onerror=alert(1)> @team #1 [a](https://x.test) ![b](c) `code` **b** |'
const BEGIN = Date.parse('2026-11-28T03:00:00Z')
const MINUTE = 60_000
const mark = (index: number, minutes: number) => ({
  index,
  at: new Date(BEGIN + minutes * MINUTE).toISOString(),
})
const slo = { acknowledged: 5, approved: 10, gated: 12, everywhere: 15 }
const policy = {
  slo: Object.fromEntries(Object.entries(slo).map(([step, minutes]) => [step, minutes * MINUTE])),
} as unknown as Parameters<typeof clockOf>[1]
const commit = 'c0ffee'.repeat(6).padEnd(40, '0')

type Hotfix = IncidentSource['hotfix']
const hotfix = {
  id: 42,
  commit,
  commits: [{ ...mark(42, 0), commit }],
  base: null,
  severity: 'critical',
  embargo: true,
  drill: false,
  sealed: `sha256:${'5'.repeat(64)}`,
  facts: null,
  by: 'github:4711',
  declared: mark(42, 0),
  pages: [],
  acknowledged: { ...mark(43, 6), by: 'github:2', how: 'person' },
  approvals: [],
  gated: mark(44, 2),
  reached: null,
  everywhere: null,
  shipped: null,
  debts: [],
  closed: null,
} as unknown as Hotfix

const source = (more: Partial<IncidentSource>, of: Hotfix = hotfix): IncidentSource => ({
  environment: 'production',
  hotfix: of,
  clock: clockOf(of, policy, { now: BEGIN + 8 * MINUTE + 5_000, approvedAt: undefined }),
  approvals: { by: [{ name: HOSTILE, since: 0, until: 0 }] },
  debts: [],
  next: nextSteps(of, undefined),
  agreement: {
    line: `I agree to hotfix 42 as sha256:${'a'.repeat(64)}`,
    plan: `sha256:${'9'.repeat(64)}`,
  },
  facts: undefined,
  links: [{ what: 'the newest run', url: 'https://github.example/octo/app/actions/runs/4711' }],
  ...more,
})

const out = { ...hotfix, reached: mark(50, 12), everywhere: mark(51, 13) }
const PAGES = {
  waiting: incidentText(source({})),
  everywhere: incidentText(
    source(
      {
        agreement: undefined,
        facts: { advisory: `GHSA-1234 ${HOSTILE}`, reason: HOSTILE },
        debts: ['back-merge', 'review', 'post-mortem'].map((name, index) => ({
          hotfix: out,
          debt: { name, why: 'every hotfix owes it', since: mark(51, 13), repaid: null },
          due: BEGIN + 4_000 * MINUTE,
          overdue: index === 0,
        })),
      },
      out,
    ),
  ),
}

describe('the issue of a hotfix', () => {
  it('says in its first lines how it stands, how late it is, and who must do what', () => {
    const lines = PAGES.waiting.split('\n').filter((line) => line !== '')
    expect(lines.slice(0, 5)).toEqual([
      '## 🔴 Waits to be approved, and is late',
      '**8 min 05 s** since it was declared · severity **critical** · production',
      'What it fixes is under embargo until it is everywhere.',
      '### Now',
      expect.stringContaining('people without a hand in it'),
    ])
    expect(PAGES.waiting).toContain(`--plan sha256:${'9'.repeat(64)} `)
    expect(PAGES.everywhere).toContain('## 🟢 The fix is everywhere')
    expect(PAGES.everywhere).toContain('| back-merge | **overdue** since')
  })
})

describe.skipIf(noBrowser)('the same in a browser', () => {
  let home: TemporaryDirectory
  beforeAll(async () => {
    home = await temporaryDirectory()
  })
  afterAll(() => home[Symbol.asyncDispose]())

  it.each(['waiting', 'everywhere'] as const)(
    'is drawn (%s), and makes nothing of what others wrote',
    async (name) => {
      await writeFile(join(home.path, `${name}.html`), pageOf(PAGES[name]))
      const { stdout } = browse(home.path, `${name}.html`, '--dump-dom')
      const [, body = ''] = stdout.split('</head>')
      expect(body).toContain('<h2')
      expect(body).not.toMatch(/<(?:img|script|iframe)[\s>]/)
      expect([...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
        'https://github.example/octo/app/actions/runs/4711',
      ])
      const picture = join(home.path, `${name}.png`)
      const size = '--window-size=1000,1100'
      expect(browse(home.path, `${name}.html`, `--screenshot=${picture}`, size).status).toBe(0)
      const kept = process.env['BULKHEAD_KEEP_PICTURE']
      if (kept !== undefined) await writeFile(`${kept}-${name}.png`, await readFile(picture))
      expect((await stat(picture)).size).toBeGreaterThan(20_000)
    },
    150_000,
  )
})
