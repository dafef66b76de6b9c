import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { type JsonRecord, membersOf } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { documentOf, keptItems, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { CucumberFeature } from './cucumber-feature.ts'
import { ELEMENT, FEATURE } from './grammar.ts'
import { ScenarioNames } from './scenario-names.ts'

/**
 * Reads Cucumber's JSON, as cucumber-jvm, -ruby, -js, godog and behave write it. It has a status at
 * steps and hooks only: a scenario passes when all of them did, and has a step at all. Errors of hooks
 * around the whole run, and (in cucumber-js) earlier tries, are not in it: the exit code in the run
 * record tells of those.
 */
export function makeCucumberJsonReader(reading: Reading): ByteReader {
  const names = new ScenarioNames()
  const features = visitedItems({ where: '' }, reading.remarks, (where) =>
    featureVisitor(where, names, reading),
  )
  return new JsonReportReader(reading, documentOf('array', reading.remarks, features))
}

/** What names a feature may stand behind its elements, so that they wait for its end. */
function featureVisitor(where: string, names: ScenarioNames, reading: Reading): JsonVisitor {
  const { ledger, limits, remarks } = reading
  const elements: JsonRecord[] = []
  const add = (element: JsonRecord) => {
    elements.push(element)
    if (ledger.counts.tests + elements.length <= limits.cases) return
    throw remarks.refusal(
      'test/too-many-tests',
      '',
      `it lists more than ${limits.cases} test cases`,
    )
  }
  return shapedObject({
    shape: FEATURE,
    remarks,
    where,
    within: {
      elements: () =>
        visitedItems({ where: `${where}.elements` }, remarks, (at) =>
          elementVisitor(at, remarks, add),
        ),
    },
    done: (feature) => new CucumberFeature(feature, where, names, reading).read(elements),
  })
}

/** An element with its steps and hooks, less what they printed and the pictures that they took. */
function elementVisitor(
  where: string,
  remarks: Remarks,
  done: (element: JsonRecord) => void,
): JsonVisitor {
  const lists: Record<string, unknown[]> = {}
  const trimmed = (list: string) => () => {
    const items: unknown[] = []
    lists[list] = items
    return keptItems({ where: `${where}.${list}` }, (item) => items.push(withoutOutput(item)))
  }
  return shapedObject({
    shape: ELEMENT,
    remarks,
    where,
    within: { steps: trimmed('steps'), before: trimmed('before'), after: trimmed('after') },
    done: (element) => done(element.with(lists)),
  })
}

const OUTPUT = new Set(['embeddings', 'output', 'doc_string', 'table', 'rows'])

function withoutOutput(step: unknown): unknown {
  const members = membersOf(step)
  if (members === undefined) return step
  return Object.fromEntries([...members].filter(([key]) => !OUTPUT.has(key)))
}
