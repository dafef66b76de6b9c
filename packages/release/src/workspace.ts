import { join } from 'node:path'
import { type Repository, openRepository } from '@bulkhead/git'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { type Clock, type RunProcess, runProcess, systemClock } from '@bulkhead/world'
import type { HotfixForge } from './hotfix/forge-approvals.ts'

/** What every step on the way of a release works in: a repository, and the world through its doors. */
export interface Workspace {
  readonly repository: Repository
  readonly clock: Clock
  readonly run: RunProcess
  /** Told of what is amiss and stops nothing, such as junk that somebody wrote into a ledger. */
  readonly tell?: (finding: Finding) => void
  /** Asked about approvals of hotfixes that people gave there; without it none of those counts. */
  readonly forge?: HotfixForge | undefined
}

/** Opens the repository around `directory`. @throws InputError `git/not-a-repository` */
export async function openWorkspace(
  directory: string,
  tell?: Workspace['tell'],
): Promise<Workspace> {
  const repository = await openRepository(directory)
  return { repository, clock: systemClock, run: runProcess, ...(tell && { tell }) }
}

/**
 * Where our own files lie: inside the git directory, so that they never dirty the work tree and are
 * never part of a commit.
 */
export const ownDirectory = (repository: Repository): string =>
  join(repository.gitDirectory, 'bulkhead')

/** Run records, reports, build record and verdicts about one commit. */
export const evidenceDirectory = (repository: Repository, commit: CommitId): string =>
  join(ownDirectory(repository), 'evidence', commit)

/** Run records and reports about one commit, by suite. Apart from the rest: a suite may have any name. */
export const suitesDirectory = (repository: Repository, commit: CommitId): string =>
  join(evidenceDirectory(repository, commit), 'suites')

/** Where `bulkhead init` puts private keys. */
export const keysDirectory = (repository: Repository): string =>
  join(ownDirectory(repository), 'keys')

export const KEY_ROLES = ['voucher', 'builder', 'gate', 'ledger'] as const
/** Who signs what: test runs, builds, verdicts, ledger entries. */
export type KeyRole = (typeof KEY_ROLES)[number]

/** State of the local fleet of one environment: artifacts, control socket, log. */
export const fleetDirectory = (repository: Repository, environment: string): string =>
  join(ownDirectory(repository), 'fleets', environment)
