import type { Actor, HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { HotfixPolicy } from '@bulkhead/policy'
import { InputError } from '@bulkhead/vocabulary'
import type { Keyring } from '../keyring.ts'
import { writeLedger } from '../ledger-access.ts'
import { type TrustedBase, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'

/** Who does something with a hotfix, where, and with which key. */
export interface HotfixRequest {
  readonly environment: string
  readonly genesis?: string
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
  /** Its number; default: the one that is open. */
  readonly hotfix?: number
}

export interface OpenedHotfix {
  readonly base: TrustedBase
  readonly ledger: Ledger
  readonly policy: HotfixPolicy
  readonly hotfix: HotfixOnRecord
}

/** Opens the ledger of an environment to write about its hotfixes. */
export async function openHotfixes(
  workspace: Workspace,
  { environment, genesis, keyring, actors }: HotfixRequest,
): Promise<Omit<OpenedHotfix, 'hotfix'>> {
  const base = await findBegunBase(workspace, environment, genesis)
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const ledger = await writeLedger(workspace, address, keyring, actors)
  return { base, ledger, policy: base.policy.policy.hotfix }
}

/** The same, for one of them. @throws InputError `hotfix/unknown` */
export async function openHotfix(
  workspace: Workspace,
  request: HotfixRequest,
): Promise<OpenedHotfix> {
  const opened = await openHotfixes(workspace, request)
  return { ...opened, hotfix: chosenHotfix(opened.base.ledger.state.hotfixes, request.hotfix) }
}

/** The hotfix named, or the only one that is open. @throws InputError `hotfix/unknown` */
export function chosenHotfix(
  hotfixes: readonly HotfixOnRecord[],
  named: number | undefined,
): HotfixOnRecord {
  const open = hotfixes.filter(({ closed }) => closed === null)
  const found =
    named === undefined
      ? open.length === 1
        ? open[0]
        : undefined
      : hotfixes.find(({ id }) => id === named)
  if (found !== undefined) return found
  const numbers = open.map(({ id }) => id).join(', ')
  throw new InputError({
    code: 'hotfix/unknown',
    subject: named === undefined ? 'the open hotfix' : `--hotfix ${named}`,
    message:
      open.length === 0 ? 'no hotfix is open in this environment' : `open hotfixes: ${numbers}`,
    remedy:
      open.length === 0
        ? 'declare one: `bulkhead hotfix declare --commit SHA --advisory ID --severity S --reason TEXT`'
        : `name one: --hotfix ${open[0]?.id ?? 'N'}`,
  })
}

/** Now, and never before the newest word about this hotfix: a clock set back revives nothing. */
export const nowFor = (
  { clock }: Pick<Workspace, 'clock'>,
  { declared, approvals, acknowledged, gated }: HotfixOnRecord,
): number => {
  const known = [declared, ...approvals, acknowledged, gated].flatMap((mark) => mark?.at ?? [])
  return Math.max(clock.now(), ...known.map((at) => Date.parse(at)))
}
