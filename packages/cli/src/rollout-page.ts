import { resolve } from 'node:path'
import { type ToldEnd, type Workspace, type WrittenPage, withRolloutPage } from '@bulkhead/release'
import type { Lane, RolloutProgress } from '@bulkhead/rollout'
import type { Command } from 'commander'
import type { CommandResult } from './command-result.ts'
import type { Host } from './host.ts'
import { rolloutConsole } from './terminal/rollout-console.ts'

export interface PageOptions {
  readonly page?: string
}

export const withPageOption = (command: Command): Command =>
  command.option(
    '--page <file>',
    'where the rollout page goes, as HTML (default: below the git directory)',
  )

interface ShownRollout<Ended> {
  readonly host: Host
  readonly workspace: Workspace
  readonly environment: string
  readonly what: 'ship' | 'resume' | 'abort' | 'rollback'
  readonly lane?: Lane
  readonly options: PageOptions
  readonly tell: (ended: Ended) => ToldEnd | undefined
  readonly describe: (ended: Ended) => CommandResult
}

/** Carries a rollout out before the eyes of whoever watches, and leaves its page behind. */
export async function showRollout<Ended>(
  {
    host,
    workspace,
    environment,
    what,
    lane = 'standard',
    options,
    tell,
    describe,
  }: ShownRollout<Ended>,
  work: (onProgress: (progress: RolloutProgress) => void) => Promise<Ended>,
): Promise<CommandResult> {
  const view = rolloutConsole(host)
  let page: WrittenPage | undefined
  const request = {
    environment,
    what,
    lane,
    file: options.page === undefined ? undefined : resolve(options.page),
    tell,
    onPage: (written: WrittenPage) => {
      page = written
    },
    onProgress: view.show,
  }
  let ended: Ended
  try {
    ended = await withRolloutPage(workspace, request, work)
  } catch (error) {
    view.close()
    pageLines(page).forEach(host.console.err)
    throw error
  }
  view.close()
  return withPage(describe(ended), page)
}

function withPage(described: CommandResult, page: WrittenPage | undefined): CommandResult {
  const { findings, json, text } = described
  return {
    ...described,
    findings: [...findings, ...(page?.findings ?? [])],
    json: { ...json, report: page?.file ?? null },
    text: [...text, ...pageLines(page)],
  }
}

const pageLines = (page: WrittenPage | undefined): readonly string[] =>
  typeof page?.file === 'string' ? [`rollout page: ${page.file}`] : []
