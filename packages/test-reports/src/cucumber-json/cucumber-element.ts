import { shapedObject, keptItems } from '../json/shaped-visitors.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import type { Remarks } from '../remarks.ts'
import { CucumberOutcome } from './cucumber-outcome.ts'
import { ELEMENT } from './grammar.ts'

/** A background or a scenario, as far as it matters once its steps are read. */
export interface CucumberElement {
  readonly type: string
  readonly name: string
  /** Where it stands in its file: what tells the rows of an outline apart. */
  readonly place: string
  readonly outcome: CucumberOutcome
}

/** Reads one of a feature's `elements`: its steps and hooks one by one, none of which is kept. */
export function cucumberElement(
  where: string,
  remarks: Remarks,
  done: (element: CucumberElement) => void,
): JsonVisitor {
  const outcome = new CucumberOutcome(remarks)
  const hooks = (list: string) => () =>
    keptItems(`${where}.${list}`, (hook, at) => outcome.addHook(hook, at))
  return shapedObject({
    shape: ELEMENT,
    remarks,
    where,
    within: {
      steps: () => keptItems(`${where}.steps`, (step, at) => outcome.addStep(step, at)),
      before: hooks('before'),
      after: hooks('after'),
    },
    done(element) {
      outcome.addStated(element, where)
      const type = element.has('type') ? element.text('type') : 'scenario'
      const line = element.has('line') ? String(element.number('line')) : element.text('location')
      done({ type, name: element.text('name'), place: line, outcome })
    },
  })
}
