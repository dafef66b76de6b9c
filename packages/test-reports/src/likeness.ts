import { idLabel } from './test-identity.ts'
import type { TestId } from './test-run.ts'

/** What is left of a text when letter case, normal form, spaces and invisible characters are not seen. */
const skeleton = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\s]/gu, '')

const wholeSkeleton = ({ file, className, name, leg = '' }: TestId): string =>
  JSON.stringify([file, className, name, leg].map(skeleton))

/**
 * Finds, for an id that should have run, one among the strangers that it may have become: ids are
 * compared exactly, and the eye sees no difference between some of them.
 *
 * @returns a function that gives a clause for a message, '' when nothing is alike
 */
export function likenessOf(strangers: readonly TestId[]): (id: TestId) => string {
  const alike = new Map(strangers.map((id) => [wholeSkeleton(id), id]))
  const moved = new Map(strangers.map((id) => [JSON.stringify([id.name, id.leg]), id]))
  return (id) => {
    const lookalike = alike.get(wholeSkeleton(id))
    if (lookalike !== undefined)
      return `; ${JSON.stringify(idLabel(lookalike))} did, which only looks the same`
    const same = moved.get(JSON.stringify([id.name, id.leg]))
    return same === undefined ? '' : `; a test of its name ran as ${idLabel(same)}`
  }
}
