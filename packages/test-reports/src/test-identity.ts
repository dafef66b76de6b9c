import type { TestId } from './test-run.ts'

/**
 * One string for one id: equal exactly when all parts are equal (JSON keeps the parts apart whatever
 * they contain).
 */
export const idKey = ({ file, className, name, leg }: TestId): string =>
  JSON.stringify(leg === undefined ? [file, className, name] : [file, className, name, leg])

/** How findings speak of a test. Text from outside. */
export function idLabel({ file, className, name, leg }: TestId): string {
  const label = [file, className, name].filter((part) => part !== '').join(' › ')
  return leg === undefined ? label : `${label} (${leg})`
}

/**
 * A copy that keeps nothing else alive. A string cut out of a chunk of a report would hold the whole
 * chunk in memory.
 */
export const detachText = (text: string): string => Buffer.from(text).toString()

export const detachId = (id: TestId): TestId => ({
  file: detachText(id.file),
  className: detachText(id.className),
  name: detachText(id.name),
})
