import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether the engine is here; in CI it must be. */
export function prometheusIsInstalled(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** One series: its name with labels as OpenMetrics writes them, and a value for each point in time. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [atMs: number, value: number])[]
}

export interface RunningPrometheus extends AsyncDisposable {
  readonly url: string
}

/** A real Prometheus that has scraped these gauges: written as OpenMetrics and backfilled by promtool. */
export async function startPrometheus(series: readonly Series[]): Promise<RunningPrometheus> {
  const home = await mkdtemp(join(tmpdir(), 'prometheus-'))
  await writeFile(join(home, 'metrics.txt'), openMetricsText(series))
  await writeFile(join(home, 'prometheus.yml'), 'global: {}\n')
  const data = join(home, 'data')
  execFileSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', join(home, 'metrics.txt'), data],
    { stdio: 'ignore' },
  )
  const port = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}`
  await ready(url, child)
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** OpenMetrics wants one family at a time, points in order of time, seconds, and an end. */
function openMetricsText(series: readonly Series[]): string {
  const families = Map.groupBy(series, ({ name }) => name.replace(/\{.*/, ''))
  const lines = [...families].flatMap(([family, members]) => [
    `# TYPE ${family} unknown`,
    ...members.flatMap(({ name, points }) =>
      points.map(([at, value]) => `${name} ${value} ${(at / 1000).toFixed(3)}`),
    ),
  ])
  return [...lines, '# EOF', ''].join('\n')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Asks until it answers; a server that has ended will not. */
async function ready(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answered = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`prometheus ended with ${child.exitCode}`)
}
