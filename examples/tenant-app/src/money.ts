const formats = new Map<string, Intl.NumberFormat>()

/**
 * An amount as people read it, such as `€1,200.00`.
 *
 * @param cents Hundredths of the currency.
 * @param currency ISO 4217 code.
 * @param locale BCP 47 tag.
 */
export function formatMoney(cents: number, currency: string, locale: string): string {
  const key = `${locale} ${currency}`
  const format = formats.get(key) ?? new Intl.NumberFormat(locale, { style: 'currency', currency })
  formats.set(key, format)
  return format.format(cents / 100)
}
