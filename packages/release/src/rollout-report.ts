import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Lane,
  type RolloutProgress,
  RolloutRecorder,
  type RolloutRecord,
  type RolloutResult,
  renderRolloutPage,
} from '@bulkhead/rollout'
import {
  type CommitId,
  DeniedError,
  type Finding,
  InputError,
  WorldError,
} from '@bulkhead/vocabulary'
import { writeWhole } from './build-release.ts'
import { type OutputFile, outputFile } from './output-file.ts'
import { type Workspace, ownDirectory } from './workspace.ts'

/** What a rollout page says of an end. */
export interface ToldEnd extends Pick<RolloutResult, 'result' | 'findings'> {
  readonly commit: CommitId | null
  /** Names and values beside the verdict, such as the digest of the plan. */
  readonly facts: NonNullable<RolloutRecord['facts']>
}

/** Where a page lies, or why there is none. */
export interface WrittenPage {
  /** Absolute path; null when it could not be written. */
  readonly file: string | null
  /** Why there is none. It changes nothing else. */
  readonly findings: readonly Finding[]
}

export interface PageRequest<Ended> {
  readonly environment: string
  /** What was asked for: it heads the page. */
  readonly what: 'ship' | 'resume' | 'abort' | 'rollback'
  readonly lane: Lane
  /** Absolute path of the page; by default below the git directory, where the newest are kept. */
  readonly file: string | undefined
  /** What the page says of an end; undefined where nothing was carried out or refused. */
  readonly tell: (ended: Ended) => ToldEnd | undefined
  /** Hears of the page before the work's end is handed on, also when the work has failed. */
  readonly onPage: (page: WrittenPage) => void
  readonly onProgress: (progress: RolloutProgress) => void
}

/**
 * Does the work of a rollout and writes its page, however it ends: released, refused, paused, cancelled
 * or broken off by an error. A page that cannot be written changes nothing about the rollout.
 * @throws InputError `usage/unwritable-file` before anything is done, when `file` cannot be written
 */
export async function withRolloutPage<Ended>(
  workspace: Workspace,
  request: PageRequest<Ended>,
  work: (onProgress: (progress: RolloutProgress) => void) => Promise<Ended>,
): Promise<Ended> {
  const chosen = request.file === undefined ? undefined : await outputFile(request.file)
  const recorder = new RolloutRecorder()
  const write = async (told: ToldPage) =>
    request.onPage(
      await writePage(workspace, { ...request, chosen }, { ...recorder.heard, ...told }),
    )
  try {
    const ended = await work((progress) => {
      recorder.hear(progress)
      request.onProgress(progress)
    })
    const told = request.tell(ended)
    if (told !== undefined) await write({ ...told, verdict: verdictOf(request.what, told) })
    return ended
  } catch (error) {
    await write({ ...failureOf(error), commit: null, facts: [] })
    throw error
  }
}

type ToldPage = Pick<ToldEnd, 'findings' | 'commit' | 'facts'> & Pick<RolloutRecord, 'verdict'>

const ENDS: Readonly<Record<RolloutResult['result'], RolloutRecord['verdict']>> = {
  released: { tone: 'good', text: 'RELEASED: every unit runs the release' },
  refused: { tone: 'bad', text: 'REFUSED: nothing was deployed' },
  'rolled-back': { tone: 'bad', text: 'ROLLED BACK: every unit runs the release before it' },
  paused: { tone: 'plain', text: 'PAUSED: it stands at the edge of a batch' },
  stopped: { tone: 'bad', text: 'STOPPED: the fleet stands where it was' },
  stuck: { tone: 'bad', text: 'STUCK: the fleet needs a human now; the lease is held' },
}

/** What was asked for is no failure. */
const verdictOf = (what: PageRequest<unknown>['what'], { result }: ToldEnd) =>
  what === 'abort' && result === 'rolled-back'
    ? { ...ENDS['rolled-back'], tone: 'good' as const }
    : ENDS[result]

function failureOf(error: unknown): Pick<ToldPage, 'verdict' | 'findings'> {
  if (error instanceof DeniedError) return { verdict: ENDS.refused, findings: error.findings }
  const text =
    error instanceof InputError
      ? 'ERROR: an input or the policy is wrong'
      : error instanceof WorldError
        ? 'ERROR: the world failed; `bulkhead status` says how things stand'
        : 'ERROR: this is a bug in bulkhead; `bulkhead status` says how things stand'
  const known = error instanceof InputError || error instanceof WorldError
  return { verdict: { tone: 'bad', text }, findings: known ? error.findings : [] }
}

async function writePage<Ended>(
  workspace: Workspace,
  {
    environment,
    what,
    lane,
    file,
    chosen,
  }: PageRequest<Ended> & { readonly chosen: OutputFile | undefined },
  { commit, facts, ...record }: ToldPage & RolloutRecorder['heard'],
): Promise<WrittenPage> {
  const at = new Date(workspace.clock.now()).toISOString()
  const release = commit ?? record.samples.at(-1)?.release
  const page = renderRolloutPage({
    ...record,
    lane,
    title: `${TITLES[what]} ${release?.slice(0, 12) ?? 'nothing'}: ${environment}`,
    facts: [
      ...(release === undefined ? [] : [{ name: 'commit', value: release }]),
      ...facts,
      { name: 'written', value: `${at.slice(0, 19).replace('T', ' ')} UTC` },
    ],
  })
  const folder = join(ownDirectory(workspace.repository), 'rollouts', environment)
  const stamp = at.replaceAll(/[-:]|\.\d+/g, '')
  const path = file ?? join(folder, `${stamp}-${release?.slice(0, 12) ?? 'nothing'}.html`)
  try {
    if (chosen !== undefined) await chosen.write(page)
    else {
      await writeWhole(path, Buffer.from(page))
      await removeOldest(folder)
    }
    return { file: path, findings: [] }
  } catch (error) {
    if (error instanceof WorldError || error instanceof InputError)
      return { file: null, findings: error.findings }
    throw error
  }
}

const TITLES: Readonly<Record<PageRequest<unknown>['what'], string>> = {
  ship: 'Rollout of',
  resume: 'Resumed rollout of',
  abort: 'Aborted rollout of',
  rollback: 'Return to',
}

/** Hundreds of deploys a day would fill the git directory; the ledger has them all. */
const MOST_PAGES = 200

async function removeOldest(folder: string): Promise<void> {
  // Names begin with the time.
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.html')).sort()
  for (const name of pages.slice(0, -MOST_PAGES)) await rm(join(folder, name), { force: true })
}
