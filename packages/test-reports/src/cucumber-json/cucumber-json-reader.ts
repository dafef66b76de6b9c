import type { ByteReader, Reading } from '../byte-reader.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'
import { CucumberFeature } from './cucumber-feature.ts'
import { ScenarioNames } from './scenario-names.ts'

/**
 * Reads Cucumber's JSON, as cucumber-jvm, -ruby, -js, godog and behave write it. It has a status at
 * steps and hooks only: a scenario passes when all of them did, and has a step at all. Errors of hooks
 * around the whole run, and (in cucumber-js) earlier tries, are not in it: the exit code in the run
 * record tells of those.
 */
export const makeCucumberJsonReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeReport)

function judgeReport(value: unknown, reading: Reading): void {
  if (!Array.isArray(value))
    throw reading.remarks.refusal('test/unparseable', '', 'the report is not a list of features')
  const names = new ScenarioNames()
  const features: readonly unknown[] = value
  for (const [index, feature] of features.entries())
    new CucumberFeature(feature, `[${index}]`, names, reading).read()
}
