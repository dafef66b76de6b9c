/** What the options of an allowed_signers line say. */
export interface SignerOptions {
  /** The key vouches for the keys of others, and signs nothing itself. */
  readonly certAuthority: boolean
  /** Purposes the key may sign for; undefined for all. */
  readonly namespaces: readonly string[] | undefined
  /** First moment of validity, in milliseconds since the epoch. */
  readonly validAfter: number | undefined
  /** First moment after the validity, in milliseconds since the epoch. */
  readonly validBefore: number | undefined
}

const OPTION = /^([a-z0-9-]+)(?:="([^"]*)")?(?:,|$)/i
const KNOWN = ['cert-authority', 'namespaces', 'valid-after', 'valid-before']
const TIMESTAMP = /^([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?)?Z?$/

/** Reads the options field. Answers with a sentence when it cannot be honoured in full. */
export function readSignerOptions(text: string): SignerOptions | string {
  const values = splitOptions(text)
  if (typeof values === 'string') return values
  const namespaces = readNamespaces(values.get('namespaces'))
  if (typeof namespaces === 'string') return namespaces
  const [after, before] = [values.get('valid-after'), values.get('valid-before')]
  const validAfter = after === undefined ? undefined : readTimestamp(after)
  const validBefore = before === undefined ? undefined : readTimestamp(before)
  if (Number.isNaN(validAfter ?? 0)) return `valid-after=${JSON.stringify(after)} is no time`
  if (Number.isNaN(validBefore ?? 0)) return `valid-before=${JSON.stringify(before)} is no time`
  if (validAfter !== undefined && validBefore !== undefined && validAfter >= validBefore) {
    return 'valid-after is not before valid-before, so the key is never valid'
  }
  const certAuthority = values.has('cert-authority')
  return { certAuthority, namespaces: namespaces?.names, validAfter, validBefore }
}

/** Name → value without quotes; flags have an empty value. */
function splitOptions(text: string): ReadonlyMap<string, string> | string {
  const values = new Map<string, string>()
  for (let rest = text; rest !== '';) {
    const option = OPTION.exec(rest)
    const name = option?.[1]?.toLowerCase()
    if (option === null || name === undefined) {
      return `the options ${JSON.stringify(text)} are not a list of name="value"`
    }
    if (!KNOWN.includes(name)) return `the option ${name} is not one of ${KNOWN.join(', ')}`
    if (values.has(name)) return `the option ${name} is there twice`
    const value = option[2]
    if ((value === undefined) !== (name === 'cert-authority')) return wrongForm(name)
    values.set(name, value ?? '')
    rest = rest.slice(option[0].length)
    if (rest === '' && option[0].endsWith(',')) return 'the options end with a comma'
  }
  return values
}

const wrongForm = (name: string): string =>
  name === 'cert-authority'
    ? 'cert-authority takes no value'
    : `${name} needs a value in double quotes: ${name}="…"`

function readNamespaces(
  value: string | undefined,
): { readonly names: readonly string[] } | string | undefined {
  if (value === undefined) return undefined
  const names = value.split(',')
  return names.every((name) => /^[^*?! ]+$/.test(name))
    ? { names }
    : `namespaces="${value}" must list names; patterns are not taken`
}

/**
 * `YYYYMMDD[HHMM[SS]][Z]`, always as UTC: OpenSSH reads a time without `Z` in the time zone of the
 * machine, so one file would mean different things on different hosts. NaN when it is no time.
 */
function readTimestamp(text: string): number {
  const [match, year, month, day, hour = '00', minute = '00', second = '00'] =
    TIMESTAMP.exec(text) ?? []
  if (match === undefined) return Number.NaN
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // Date.parse rolls 31 February over to March: only what it prints back is a real day.
  const same =
    Number.isFinite(time) && new Date(time).toISOString().startsWith(`${year}-${month}-${day}T`)
  return same ? time : Number.NaN
}
