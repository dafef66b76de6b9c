import { type Shape, readShape } from '@bulkhead/envelope'
import type { OnRecord, Rule, Step } from '../rules/rule.ts'
import {
  acknowledgedShape,
  approvedShape,
  closedShape,
  declaredShape,
  movedShape,
  openedShape,
  owedShape,
  pagedShape,
  repaidShape,
  sealFacts,
  shippedShape,
} from './hotfix-data.ts'
import type { HotfixOnRecord } from './hotfix-on-record.ts'

type About<Data> = (hotfix: HotfixOnRecord, data: Data, step: Step) => string | undefined

/** What may be said of a hotfix that is on record and not closed. */
const aboutOpen =
  <Data extends { readonly of: number }>(
    shape: Shape<Data>,
    judge: About<Data> = () => undefined,
  ): Rule =>
  (step, { hotfixes }: OnRecord) => {
    const read = readShape(shape, step.data)
    if (read.kind === 'refused') return `its data are not those of ${step.kind}: ${read.reason}`
    const hotfix = hotfixes.known(read.value.of)
    if (hotfix === undefined) return `no hotfix was declared by entry ${read.value.of}`
    if (hotfix.closed !== null) return `hotfix ${hotfix.id} is closed`
    return judge(hotfix, read.value, step)
  }

const nobody = ({ actors }: Step): boolean => !actors.some(({ id }) => id.trim() !== '')

/** One open hotfix a commit: two clocks for one fix would tell two stories. */
export const declareHotfix: Rule = (step, { hotfixes }) => {
  const read = readShape(declaredShape, step.data)
  if (read.kind === 'refused') return `its data are not those of a hotfix: ${read.reason}`
  if (step.release === undefined) return 'it names no commit'
  if (nobody(step)) return 'nobody is named who declared it'
  const { commit } = step.release
  const open = hotfixes.all.find((one) => one.closed === null && one.commit === commit)
  return open && `${commit} is hotfix ${open.id} already`
}

export const moveHotfix: Rule = aboutOpen(movedShape, (hotfix, _, { release }) => {
  if (release === undefined) return 'it names no commit'
  return hotfix.reached === null ? undefined : 'it is out already: declare another hotfix'
})

export const pageHotfix: Rule = aboutOpen(pagedShape)

export const acknowledgeHotfix: Rule = aboutOpen(acknowledgedShape, (_hotfix, _data, step) =>
  nobody(step) ? 'nobody is named who acknowledged it' : undefined,
)

export const approveHotfix: Rule = aboutOpen(approvedShape, ({ commit, id }, _, { release }) => {
  if (release === undefined || release.artifacts.length === 0) return 'it approves no artifact'
  return release.commit === commit
    ? undefined
    : `it approves ${release.commit}, hotfix ${id} is ${commit}`
})

export const shipHotfix: Rule = aboutOpen(
  shippedShape,
  ({ commit, everywhere }, _, { release }) => {
    if (release?.commit !== commit) return 'it is about another commit'
    return everywhere === null
      ? `${commit} did not become fully good since it was declared`
      : undefined
  },
)

/** Under an embargo nothing is told before the fix is everywhere; and only what was sealed. */
export const openFacts: Rule = (step, record) => {
  const read = readShape(openedShape, step.data)
  if (read.kind === 'refused') return `its data are not those of ${step.kind}: ${read.reason}`
  const hotfix = record.hotfixes.known(read.value.of)
  if (hotfix === undefined) return `no hotfix was declared by entry ${read.value.of}`
  if (hotfix.facts !== null) return 'it is open already'
  if (sealFacts(read.value) !== hotfix.sealed) return 'it is not what was sealed'
  return hotfix.embargo && hotfix.everywhere === null
    ? 'the embargo ends when the fix is everywhere'
    : undefined
}

export const oweDebt: Rule = aboutOpen(owedShape, ({ debts }, { debt }) =>
  debts.some(({ name }) => name === debt) ? `${debt} is owed already` : undefined,
)

export const repayDebt: Rule = aboutOpen(repaidShape, ({ debts }, { debt, items = [] }) => {
  const owed = debts.find(({ name }) => name === debt)
  if (owed === undefined) return `${debt} is not owed`
  if (owed.repaid !== null) return `${debt} is repaid already`
  if (debt !== 'action-items') return undefined
  const kinds = new Set(items.map(({ kind }) => kind))
  return kinds.has('detect') && kinds.has('prevent')
    ? undefined
    : 'it needs an action that detects and one that prevents'
})

export const closeHotfix: Rule = aboutOpen(closedShape, (hotfix, { result, reason }) => {
  const open = hotfix.debts.filter(({ repaid }) => repaid === null)
  if (result === 'repaid') {
    if (hotfix.everywhere === null) return 'it is not everywhere'
    return open.length === 0 ? undefined : `it owes ${open.map(({ name }) => name).join(', ')}`
  }
  if (hotfix.reached !== null) return 'what is out cannot be withdrawn'
  return reason.trim() === '' ? 'withdrawing it needs a reason' : undefined
})
