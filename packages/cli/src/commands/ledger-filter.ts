import { type Command, InvalidArgumentError } from 'commander'
import { ENTRY_KINDS, type EntryFilter } from '@bulkhead/ledger'
import { InputError, MOMENT_EXAMPLE, counted, momentOf, nearestKey } from '@bulkhead/vocabulary'
import { pseudonymOf } from '../actors.ts'

/** Adds the options by which entries are picked. */
export const withFilter = (command: Command): Command =>
  command
    .option('--release <commit>', 'only about this commit, or one that begins so', word)
    .option('--person <id>', 'only by this actor: an id, provider:id, or an email address', word)
    .option('--kind <kind>', 'only of this kind, such as deploy.finished', kind)
    .option('--since <moment>', 'only from this moment on, such as 2026-01-31', moment)
    .option('--until <moment>', 'only before this moment', moment)
    .option('--region <name>', 'only under a lease that covers this region', word)

/**
 * The filter as the ledger knows it, which holds pseudonyms and commits in lower case.
 * @throws InputError `usage/invalid-option` when no moment lies in it
 */
export function filterOf({ release, person, kind: only, since, until, region }: EntryFilter) {
  if (since !== undefined && until !== undefined && since >= until) {
    throw new InputError({
      code: 'usage/invalid-option',
      subject: `--since ${since}`,
      message: `is not before --until ${until}: no moment lies between them`,
      remedy: 'give the earlier one to --since',
    })
  }
  return {
    ...(release !== undefined && { release: release.toLowerCase() }),
    ...(person !== undefined && { person: person.includes('@') ? pseudonymOf(person) : person }),
    ...(only !== undefined && { kind: only }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(region !== undefined && { region }),
  } satisfies EntryFilter
}

/** What is said, beside an empty answer, of a filter that let nothing through. */
export function nothingMatches(filter: EntryFilter, among: string): string {
  const asked = Object.entries(filter).map(([name, value]) => `--${name} ${value}`)
  const { release } = filter
  const hint =
    release === undefined || /^[0-9a-f]+$/.test(release)
      ? ''
      : '; a release is named by its commit, in hexadecimal digits'
  return `nothing matches ${asked.join(' ')} among ${among}${hint}`
}

/** An empty word is a variable of a script that was never set: it restricts nothing, or all. */
function word(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('it is empty\nname one, or leave the option out')
}

function moment(text: string): string {
  const found = momentOf(text)
  if (found !== undefined) return found
  throw new InvalidArgumentError(
    `it is no moment\nwrite it as ${MOMENT_EXAMPLE}: a time needs its zone`,
  )
}

function kind(text: string): NonNullable<EntryFilter['kind']> {
  const found = ENTRY_KINDS.find((one) => one === text)
  if (found !== undefined) return found
  const near = kindsLike(text)
  throw new InvalidArgumentError(
    `no kind of entry is called so\nname one of ${(near.length > 0 ? near : ENTRY_KINDS).join(', ')}`,
  )
}

/** Kinds with that word, or one like it: `finshed` may be that of a deploy. */
function kindsLike(text: string): readonly string[] {
  const whole = nearestKey(text, ENTRY_KINDS)
  if (whole !== undefined) return [whole]
  const parts = [...new Set(ENTRY_KINDS.flatMap((one) => one.split('.')))]
  const part = nearestKey(text, parts)
  return ENTRY_KINDS.filter((one) => part !== undefined && one.split('.').includes(part))
}

/** `3 entries of ledger/production`. */
export const entriesOf = (size: number, environment: string): string =>
  `${counted(size, 'entry', 'entries')} of ledger/${environment}`
