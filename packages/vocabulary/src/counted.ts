const PLURAL = new Intl.PluralRules('en')

/**
 * A number with what it counts, for people: `1 commit`, `2 commits`, `0 entries`.
 * @param one what is said of one, with its verb where it has one (`commit is`)
 * @param many what is said of any other number, where an `s` at the end does not say it (`commits are`)
 */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${PLURAL.select(count) === 'one' ? one : many}`
