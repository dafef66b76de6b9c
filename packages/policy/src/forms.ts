import { isIPv6 } from 'node:net'
import { parseDuration } from '@bulkhead/vocabulary'
import * as v from 'valibot'

/**
 * Node keeps timers in 31 bits of milliseconds (24.8 days). A longer one fires at once, which would
 * turn `timeout: 365d` into no time at all.
 */
const LONGEST = 24 * 86_400_000

/** Never in a name or path: controls, line separators, and bidi marks that make text lie to a reviewer. */
const UNPRINTABLE = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069'
const SEGMENT = `(?!\\.{1,2}(?:/|$))[^/\\\\${UNPRINTABLE}]+`
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`)
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/
const RATE = /^(?:100|[0-9]{1,2}(?:\.[0-9]{1,6})?)%$/
const DURATION = /^[0-9]{1,9}(?:ms|s|m|h|d)$/
const LISTEN = /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}$/

/** What an editor shows of a key; `form` is also the “want” of an error, `example` goes into its remedy. */
export interface KeyHelp {
  readonly form: string
  readonly meaning: string
  readonly example: unknown
}

/** Attaches {@link KeyHelp} to a schema. */
export const explain = <Schema extends v.GenericSchema>(schema: Schema, help: KeyHelp) =>
  v.pipe(schema, v.title(help.form), v.description(help.meaning), v.examples([help.example]))

const leaf =
  (schema: v.GenericSchema<string>, form: string) => (meaning: string, example: string) =>
    explain(schema, { form, meaning, example })

const durationAbove = (least: number) =>
  v.pipe(
    v.string(),
    v.regex(DURATION),
    v.check((text) => {
      const span = parseDuration(text)
      return span !== undefined && span >= least && span <= LONGEST
    }),
  )

/** A span of time above zero. */
export const duration = leaf(
  durationAbove(1),
  'a duration above zero and up to 24d, written as 250ms, 90s, 5m, 2h or 1d',
)
/** A span of time that may be `0s`. */
export const durationOrZero = leaf(
  durationAbove(0),
  'a duration up to 24d, written as 250ms, 90s, 5m, 2h or 1d',
)
/** A share as `N%`, 0 to 100 with up to six decimals. */
export const rate = leaf(
  v.pipe(v.string(), v.regex(RATE)),
  'a percentage from 0% to 100%, with the percent sign',
)
/** A path or glob below the top of the repository. */
export const repositoryPath = leaf(
  v.pipe(v.string(), v.maxLength(1024), v.regex(PATH)),
  'a path below the top of the repository: no / in front, no . or .. part, no backslash',
)
/** Host and port; IPv6 in brackets; port 0 lets the system pick. */
export const listenAddress = leaf(
  v.pipe(v.string(), v.regex(LISTEN), v.check(isAddress)),
  'HOST:PORT, with IPv6 in brackets and quotes ("[::1]:8080"); port 0 takes any free port',
)
/** An absolute URL path. */
export const urlPath = leaf(
  v.pipe(v.string(), v.maxLength(1024), v.regex(/^\/[!$-~]*$/)),
  'a URL path that starts with / and has no blanks',
)
/** The name of a field in a JSON object. */
export const fieldName = leaf(
  v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/)),
  'the name of a JSON field: a letter, then letters, digits, _ or -',
)

/** The name of a suite, environment, region or zone, as the key of a mapping. */
export const nameKey = explain(v.pipe(v.string(), v.regex(NAME)), {
  form: 'a name of lower-case letters, digits and hyphens, at most 63, not starting with a hyphen',
  meaning: 'A name that you choose.',
  example: 'tenant-isolation',
})
/** The name of an environment variable. `PORT` is the target's own to set. */
export const variableKey = explain(
  v.pipe(v.string(), v.regex(/^(?!PORT$)[A-Za-z_][A-Za-z0-9_]{0,127}$/)),
  {
    form: 'the name of an environment variable (letters, digits, _), other than PORT, which the target sets',
    meaning: 'The name of an environment variable.',
    example: 'APP_ENV',
  },
)
/** A text that a process can be given: no NUL, which would end it early. */
export const processText = explain(
  v.pipe(
    v.string(),
    v.maxLength(32_768),
    v.check((text) => !text.includes('\0')),
  ),
  {
    form: 'a text; numbers and true or false want quotes',
    meaning: 'One word, passed on as it stands; no shell reads it.',
    example: '1',
  },
)

/** A command as a list of words. */
export const commandLine = (meaning: string, example: readonly [string, ...string[]]) =>
  explain(
    v.pipe(
      v.array(processText),
      v.minLength(1),
      v.maxLength(256),
      v.check((words) => words[0] !== ''),
    ),
    { form: 'a command as a list of words; no shell reads it', meaning, example },
  )

/** A list of at least one. */
export const listOf = <Item extends v.GenericSchema>(item: Item, help: KeyHelp) =>
  explain(v.pipe(v.array(item), v.minLength(1), v.maxLength(256)), help)

/** A whole number from 1 to `most`. */
export const wholeNumber = (most: number, meaning: string, example: number) =>
  explain(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), {
    form: `a whole number from 1 to ${most}`,
    meaning,
    example,
  })

function isAddress(text: string): boolean {
  const { host, port } = splitAddress(text)
  return port <= 65_535 && (!text.startsWith('[') || isIPv6(host))
}

/** `HOST:PORT` apart; brackets of an IPv6 address are taken off. */
export function splitAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':')
  return {
    host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(text.slice(colon + 1)),
  }
}
