import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type StartedAction,
  assembleRelease,
  makeProject,
  startAction,
} from '@bulkhead/action-kit/testing'
import { temporaryDirectory } from '@bulkhead/testkit'
import { timeProcess } from '../child.ts'
import { type Figure, type Measurement, median } from '../figure.ts'
import { gatedProject } from '../gate/gated-project.ts'
import { NO_PEERS, peerActions } from './peer-actions.ts'

const RUNS = 7
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/** The built actions, away from what tests may build at the same time. */
async function builtActions() {
  const home = await temporaryDirectory()
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  await assembleRelease(names, home.path)
  return {
    home,
    names,
    entry: (name: string) => join(home.path, 'actions', name, 'dist', 'main.mjs'),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

async function bytesOf(folder: string): Promise<{ readonly own: number; readonly cloud: number }> {
  const sums = { own: 0, cloud: 0 }
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.mjs')))
    sums[name.startsWith('cloud-') ? 'cloud' : 'own'] += (await stat(join(folder, name))).size
  return sums
}

const size: Figure = {
  name: 'actions-size',
  what: 'entry and own chunks of the largest action; clients of cloud services are counted apart',
  async measure(): Promise<Measurement> {
    await using built = await builtActions()
    const sizes = await Promise.all(
      built.names.map(async (name) => ({ name, ...(await bytesOf(dirname(built.entry(name)))) })),
    )
    const measured = Math.max(...sizes.map(({ own }) => own)) / 1e6
    return {
      measured,
      unit: 'MB',
      peer: null,
      ratio: null,
      mark: '≤ 1.5 MB',
      holds: measured <= 1.5,
      notes: sizes.map(
        ({ name, own, cloud }) =>
          `${name}: ${(own / 1e6).toFixed(2)} MB, cloud ${(cloud / 1e6).toFixed(2)} MB`,
      ),
    }
  },
}

/** The median of whole processes, each of which must end as it should; beside a Node that does nothing. */
async function timeStarts(
  start: (run: number) => Promise<StartedAction>,
  exitCode: number,
): Promise<{ readonly ours: number; readonly bare: number }> {
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run += 1) {
    bare.push((await timeProcess([process.execPath, '--eval', '0'], '.')).seconds)
    const from = performance.now()
    const ended = await start(run)
    ours.push((performance.now() - from) / 1_000)
    if (ended.exitCode !== exitCode) throw new Error(`exit ${ended.exitCode}: ${ended.stdout}`)
  }
  return { ours: median(ours), bare: median(bare) }
}

/** The report actions of others, from the start of the process until they miss an input, with their size. */
async function peerStarts(scratch: string): Promise<readonly string[]> {
  const notes: string[] = []
  for (const { name, entry, bytes } of await peerActions()) {
    const { ours } = await timeStarts(
      (run) =>
        startAction({
          entry,
          inputs: {},
          workspace: scratch,
          temp: join(scratch, `${name}-${run}`),
        }),
      1,
    )
    notes.push(`${name}: ${(ours * 1_000).toFixed(0)} ms, ${(bytes / 1e6).toFixed(2)} MB`)
  }
  return notes.length > 0 ? notes : [NO_PEERS]
}

const against = (
  { ours, bare }: { readonly ours: number; readonly bare: number },
  most: number,
): Measurement => ({
  measured: ours * 1_000,
  unit: 'ms',
  peer: { name: 'node --eval 0', value: bare * 1_000 },
  ratio: ours / bare,
  mark: `≤ ${most} ms`,
  holds: ours * 1_000 <= most,
  notes: [],
})

const coldStart: Figure = {
  name: 'actions-cold-start',
  what: 'release-gate from the start of the process until a wrong input is answered',
  async measure() {
    await using built = await builtActions()
    const { path } = built.home
    const times = await timeStarts(
      (run) =>
        startAction({
          entry: built.entry('release-gate'),
          inputs: { genesis: 'x', annotations: 'False' },
          workspace: path,
          temp: join(path, `run-${run}`),
        }),
      2,
    )
    return { ...against(times, 150), notes: await peerStarts(path) }
  },
}

const signedCommits: Figure = {
  name: 'actions-signed-commits',
  what: 'signed-commits on a pull request of 20 commits, whole process',
  async measure() {
    await using built = await builtActions()
    const { path } = built.home
    const { repository, genesis, ada } = await makeProject(join(path, 'project'))
    for (let at = 0; at < 20; at += 1)
      await repository.commit({ by: ada, message: `Step ${at}`, files: { 'n.txt': `${at}\n` } })
    const inputs = { range: `${genesis}..HEAD`, 'trusted-ref': genesis }
    const times = await timeStarts(
      (run) =>
        startAction({
          entry: built.entry('signed-commits'),
          inputs,
          workspace: repository.path,
          temp: join(path, `run-${run}`),
        }),
      0,
    )
    return against(times, 1_000)
  },
}

const releaseGate: Figure = {
  name: 'actions-release-gate',
  what: 'release-gate on 5,000 tests in 50 files, whole process: reports, signatures, attestation, ledger',
  async measure() {
    await using built = await builtActions()
    await using project = await gatedProject({ reports: 50, testsEach: 100 })
    const keysFile = join(built.home.path, 'keys.pem')
    await writeFile(keysFile, await keysOf(project.path), { mode: 0o600 })
    const genesis = (
      await timeProcess(['git', 'config', 'bulkhead.genesis'], project.path)
    ).stdout.trim()
    await mkdir(join(built.home.path, 'runs'))
    const times = await timeStarts(
      (run) =>
        startAction({
          entry: built.entry('release-gate'),
          inputs: { genesis, 'keys-file': keysFile },
          workspace: project.path,
          temp: join(built.home.path, 'runs', String(run)),
        }),
      0,
    )
    return against(times, 1_500)
  },
}

/** Gate and ledger sign with the keys that `init` has made. */
async function keysOf(repository: string): Promise<string> {
  const folder = join(repository, '.git', 'bulkhead', 'keys')
  const files = (await readdir(folder)).filter((name) => !name.endsWith('.pub')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.join('')
}

export const actions: readonly Figure[] = [size, coldStart, signedCommits, releaseGate]
