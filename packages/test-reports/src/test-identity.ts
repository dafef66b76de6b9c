import type { TestId } from './test-run.ts'

/**
 * One string for one id: equal exactly when all three parts are equal (JSON keeps the parts apart
 * whatever they contain).
 */
export const idKey = (id: TestId): string => JSON.stringify([id.file, id.className, id.name])

/** How findings speak of a test. Text from outside. */
export const idLabel = (id: TestId): string =>
  [id.file, id.className, id.name].filter((part) => part !== '').join(' › ')

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
