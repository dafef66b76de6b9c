import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { documentOf, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import { type CucumberElement, cucumberElement } from './cucumber-element.ts'
import { CucumberFeature } from './cucumber-feature.ts'
import { FEATURE } from './grammar.ts'
import { ScenarioNames } from './scenario-names.ts'

/**
 * Reads Cucumber's JSON, as cucumber-jvm, -ruby, -js, godog and behave write it. It has a status at
 * steps and hooks only: a scenario passes when all of them did, and has a step at all. Errors of hooks
 * around the whole run, and (in cucumber-js) earlier tries, are not in it: the exit code in the run
 * record tells of those.
 */
export function makeCucumberJsonReader(reading: Reading): ByteReader {
  const names = new ScenarioNames()
  const features = visitedItems('', reading.remarks, (where) =>
    featureVisitor(where, names, reading),
  )
  return new JsonReportReader(reading, documentOf('array', reading.remarks, features))
}

/** What names a feature may stand behind its elements, so that they wait for its end. */
function featureVisitor(where: string, names: ScenarioNames, reading: Reading): JsonVisitor {
  const { ledger, limits, remarks } = reading
  const elements: CucumberElement[] = []
  const add = (element: CucumberElement) => {
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
        visitedItems(`${where}.elements`, remarks, (at) => cucumberElement(at, remarks, add)),
    },
    done: (feature) => new CucumberFeature(feature, where, names, reading).read(elements),
  })
}
