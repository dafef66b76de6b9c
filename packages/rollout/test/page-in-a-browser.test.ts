import { createServer } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Metric,
  type RolloutRecord,
  RolloutRecorder,
  renderRolloutPage,
} from '../src/index.ts'
import { measure, noBrowser, picture } from './support/browser.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'

const LONG = 'a-name-without-any-place-to-break-it'.repeat(4)

const limits = { pollMs: 250, metricsMs: 500, settleMs: 1_000 }

/** Slower the more of the fleet is new. */
const slowing = ({ fleet }: Scenario): Metric => ({
  name: 'p95 of answers, seconds',
  kind: 'latency',
  allowedIncrease: 0.5,
  read() {
    const reference = Array.from({ length: 24 }, (_, at) => 0.1 + ((at * 7) % 5) / 500)
    const { length } = fleet.units.filter(({ version }) => version === newRelease.commit)
    const observed = reference.map((value) => value * (1 + (0.35 * length) / fleet.units.length))
    return Promise.resolve({ kind: 'read', value: { reference, observed } })
  },
})

/** Two regions on one page, the second one bad, with every kind of thing that a page can have. */
async function twoRegions(): Promise<RolloutRecord> {
  const recorder = new RolloutRecorder()
  const roll = async (options: ScenarioOptions, errors: number) => {
    const scenario = new Scenario(options)
    scenario.fleet.errorRates.set(newRelease.commit, errors)
    return scenario.run({ onProgress: recorder.hear, metrics: [slowing(scenario)], limits })
  }
  await roll({}, 0)
  const { findings } = await roll({ regions: { us: { a: 4, b: 4, [LONG]: 4 } } }, 0.5)
  const { heard } = recorder
  const metrics = [
    { metric: 'errors', kind: 'good', why: '3 of 2,000 requests failed' },
    { metric: LONG, kind: 'not-yet', why: '4 of 12 values' },
  ] as const
  return {
    title: `Release ${LONG} to production`,
    verdict: { tone: 'bad', text: 'ROLLED BACK: every unit runs the release before it' },
    lane: 'hotfix',
    facts: [
      { name: 'rollout', value: '17' },
      { name: 'plan', value: `sha256:${'a'.repeat(64)}` },
    ],
    ...heard,
    bakes: (heard.bakes ?? []).map((bake, at) => (at === 0 ? { ...bake, metrics } : bake)),
    findings,
  }
}

const refused: RolloutRecord = {
  title: 'Release b to production',
  verdict: { tone: 'bad', text: 'REFUSED: nothing was deployed' },
  samples: [],
  decisions: [],
  findings: [
    { code: 'attest/expired', subject: LONG, message: LONG, remedy: `run \`bulkhead ${LONG}\`` },
  ],
}

describe.skipIf(noBrowser)('a rollout page in a browser', () => {
  let page = ''
  beforeAll(async () => {
    page = renderRolloutPage(await twoRegions())
  })

  test.each([1280, 390])(
    'at %d px nothing lies over anything else or sticks out',
    async (width) => {
      for (const html of [page, renderRolloutPage(refused)]) {
        const { height, ...layout } = await measure(html, width)
        expect(layout).toEqual({ overflowing: [], overlapping: [], ran: false })
        expect(height).toBeGreaterThan(200)
      }
    },
    150_000,
  )

  test('what measures would see it', async () => {
    const broken = page
      .replace('<h1>', '<h1 style="width:2000px">')
      .replaceAll('class="tick"', 'class="label" style="font-size:90px"')
    const layout = await measure(broken, 390)
    expect(layout.overflowing.length).toBeGreaterThan(0)
    expect(layout.overlapping.length).toBeGreaterThan(0)
  }, 150_000)

  test('what is smuggled into it neither runs nor loads anything', async () => {
    await using outside = await listen()
    const smuggled = page.replace(
      '<h1>',
      `<script>parent.ran = true</script><img src="${outside.url}" onerror="parent.ran = true"><script src="${outside.url}"></script><link rel="stylesheet" href="${outside.url}"><h1>`,
    )
    expect((await measure(smuggled, 1280)).ran).toBe(false)
    expect(outside.requests).toBe(0)
    const unguarded = smuggled.replace(/<meta[^>]+Content-Security-Policy[^>]+>/, '')
    expect((await measure(unguarded, 1280)).ran).toBe(true)
    expect(outside.requests).toBe(3)
  }, 150_000)

  test('is drawn, for light and for dark rooms', async () => {
    const light = await picture(page, { name: 'light', width: 1280, height: 2600 })
    const dark = await picture(page, { name: 'dark', width: 1280, height: 2600, dark: true })
    for (const png of [light, dark]) {
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      expect(png.length).toBeGreaterThan(50_000)
    }
    expect(light.equals(dark)).toBe(false)
  }, 150_000)
})

/** A server on loopback that counts what is asked of it. */
async function listen() {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/outside`,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
