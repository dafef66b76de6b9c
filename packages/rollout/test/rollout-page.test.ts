import { describe, expect, test } from 'vitest'
import { type RolloutRecord, RolloutRecorder, renderRolloutPage } from '../src/index.ts'
import { Scenario, type ScenarioOptions, newRelease, oldRelease } from './support/scenario.ts'

async function recordOf(
  options: ScenarioOptions = {},
  prepare: (scenario: Scenario) => void = () => undefined,
): Promise<RolloutRecord> {
  const scenario = new Scenario(options)
  prepare(scenario)
  const { result } = await scenario.run()
  return {
    title: 'Release 2 to production',
    verdict: { tone: result === 'released' ? 'good' : 'bad', text: result },
    samples: scenario.progress.flatMap((each) => (each.kind === 'sample' ? [each.sample] : [])),
    decisions: scenario.progress.flatMap((each) =>
      each.kind === 'decision' ? [each.decision] : [],
    ),
    releaseNames: { [oldRelease.commit]: 'release 1', [newRelease.commit]: 'release 2' },
  }
}

/** Every tag that is opened is closed, in order; void elements of HTML aside. */
function unbalancedTag(page: string): string | undefined {
  const open: string[] = []
  for (const [tag, slash, name, self] of page
    .replace(/<style>[^]*?<\/style>/, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (self || name === 'meta') continue
    if (!slash) open.push(name ?? '')
    else if (open.pop() !== name) return tag
  }
  return open.pop()
}

describe('the page', () => {
  test('shows verdict, figures, both builds and every decision', async () => {
    const record = await recordOf()
    const page = renderRolloutPage(record)
    for (const text of [
      'Release 2 to production',
      'release 1',
      'release 2',
      '4 ≥ 4',
      'no request failed',
      'with the fullest zone gone',
    ])
      expect(page).toContain(text)
    for (const { kind, text } of record.decisions)
      if (kind === 'wave') expect(page).toContain(text.replaceAll('<', '&lt;'))
    expect(page.match(/class="lane"/g)).toHaveLength(9)
  })

  test('shows units that a surge added, and a zone that is shifted away', async () => {
    const tight = { regions: { eu: { a: 2, b: 2, c: 2 } }, required: 4, surge: 1 }
    const surged = renderRolloutPage(await recordOf(tight))
    expect(surged).toMatch(/class="unit v0 surplus"[^]*eu\/a\/\+1, [^<]*added by a surge/)
    expect(surged).toContain('one unit beyond its own, because without eu/b: 6 − 2 = 4 healthy')
    expect(surged).toContain('</svg>added by a surge</li>')
    expect(surged).not.toContain('shifted away')
    const away = renderRolloutPage(
      await recordOf({ required: 2 }, ({ fleet }) => fleet.shifted.add('eu/c')),
    )
    expect(away).toMatch(/class="unit v0 away"[^]*eu\/c\/1, [^<]*zone shifted away, no traffic/)
    expect(away).not.toContain('added by a surge')
    expect([unbalancedTag(surged), unbalancedTag(away)]).toEqual([undefined, undefined])
  })

  test('marks errors and why the release went back', async () => {
    const page = renderRolloutPage(
      await recordOf({}, ({ fleet }) => fleet.errorRates.set(newRelease.commit, 0.5)),
    )
    expect(page).toContain('rollout/canary-failed')
    expect(page).not.toContain('no request failed')
  })

  test('marks the time in which capacity was short', async () => {
    const whole = await recordOf({ required: 5 })
    expect(renderRolloutPage(whole)).not.toContain('class="breach"')
    const broken = await recordOf({ required: 5 }, ({ fleet, clock }) => {
      void clock.sleep(5_000).then(() => fleet.loseZone('eu/c'))
      void clock.sleep(9_000).then(() => fleet.returnZone('eu/c'))
    })
    expect(renderRolloutPage(broken)).toContain('class="breach"')
  })

  test('draws what each metric showed, wave by wave, against its limit', async () => {
    const recorder = new RolloutRecorder()
    const scenario = new Scenario()
    const values = (by: number) => Array.from({ length: 24 }, (_, at) => by + at / 1_000)
    await scenario.run({
      onProgress: recorder.hear,
      limits: { pollMs: 250, metricsMs: 500, settleMs: 1_000 },
      metrics: [
        {
          name: 'p95 <ms>',
          kind: 'latency',
          allowedIncrease: 0.5,
          read: () =>
            Promise.resolve({
              kind: 'read',
              value: { reference: values(1), observed: values(1.25) },
            }),
        },
        {
          name: 'of a source that is gone',
          kind: 'errors',
          read: () => Promise.resolve({ kind: 'none', why: 'it does not answer' }),
        },
      ],
    })
    const { heard } = recorder
    const [curve, another] = heard.curves ?? []
    expect([curve?.region, curve?.metric, another]).toEqual(['eu', 'p95 <ms>', undefined])
    expect(curve?.points[0]).toMatchObject({ wave: 'canary', canary: expect.closeTo(1.2615) })
    expect(curve?.points.length).toBeGreaterThan(1)
    const verdict = { tone: 'good', text: 'released' } as const
    const page = renderRolloutPage({ title: 'x', verdict, ...heard })
    expect(page).toContain('p95 &lt;ms&gt;')
    expect(page).toContain('canary: canary 1.26, control 1.01, limit 1.52')
    expect(renderRolloutPage({ title: 'x', verdict, ...heard, curves: [] })).not.toContain(
      'limit 1.52',
    )
  })

  test('loads nothing from elsewhere and runs no script', async () => {
    const page = renderRolloutPage(await recordOf())
    expect(page).not.toMatch(/https?:|<script|<link|<img|@import|url\((?!#)|\son\w+=/i)
    expect(page).toContain("default-src 'none'")
  })

  test('has no broken number and no tag left open', async () => {
    for (const page of [
      renderRolloutPage(await recordOf()),
      renderRolloutPage(await recordOf({ regions: { eu: { a: 30, b: 30, c: 30 } }, required: 40 })),
    ]) {
      expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/)
      expect(unbalancedTag(page)).toBeUndefined()
    }
  })

  test('is drawn from nothing at all', () => {
    const page = renderRolloutPage({
      title: 'empty',
      verdict: { tone: 'plain', text: 'refused' },
      samples: [],
      decisions: [],
    })
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
    expect(unbalancedTag(page)).toBeUndefined()
  })

  test('same record, same bytes', async () => {
    expect(renderRolloutPage(await recordOf())).toBe(renderRolloutPage(await recordOf()))
  })
})

test('names from outside cannot become markup, wherever they stand', async () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>\u0000`
  const record = await recordOf({ regions: { [attack]: { [attack]: 3, b: 3, c: 3 } } })
  const page = renderRolloutPage({
    ...record,
    title: attack,
    subtitle: attack,
    verdict: { tone: 'bad', text: attack },
    decisions: [
      ...record.decisions,
      {
        at: record.samples[0]?.at ?? 0,
        kind: 'finished',
        tone: 'bad',
        text: attack,
        findings: [{ code: 'rollout/drift', subject: attack, message: attack, remedy: attack }],
      },
    ],
    chapters: [
      {
        name: attack,
        from: record.samples[0]?.at ?? 0,
        to: record.samples.at(-1)?.at ?? 0,
        holds: false,
        note: attack,
      },
    ],
    releaseNames: { [newRelease.commit]: attack },
  })
  expect(page).not.toMatch(/<script|<img/)
  expect(page.includes('\u0000')).toBe(false)
  expect(page).toContain('&quot;&#39;&gt;&lt;script&gt;')
  expect(unbalancedTag(page)).toBeUndefined()
})

test('chapters are bands with their outcome', async () => {
  const record = await recordOf()
  const [from, to] = [record.samples[0]?.at ?? 0, record.samples.at(-1)?.at ?? 0]
  const page = renderRolloutPage({
    ...record,
    chapters: [
      { name: 'ships', from, to, holds: true },
      { name: 'fails', from, to, holds: false },
    ],
  })
  expect(page).toContain('✓ 1 ships')
  expect(page).toContain('✗ 2 fails')
})
