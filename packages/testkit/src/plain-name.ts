/**
 * A value as JSON in plain letters, for the name of a test: an id with letters that nobody sees, or that
 * look like others, could be mistaken for another's.
 */
export const plainName = (value: unknown): string =>
  (JSON.stringify(value) ?? 'undefined').replaceAll(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
