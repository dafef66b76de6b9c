/** What one output of an action means. */
interface OutputSpec {
  readonly description: string
  /** What it says when the action ends without an answer: evidence denied, or there was an error. */
  readonly unanswered?: { readonly denied: string; readonly error: string }
}

export type OutputSpecs = Readonly<Record<string, OutputSpec>>

/** One value for each output of a registry. */
export type OutputValues<Specs extends OutputSpecs> = { readonly [Name in keyof Specs]: string }

/** Outputs that every action has; {@link runAction} fills them. */
export const COMMON_OUTPUTS = {
  outcome: {
    description:
      'How the step ended: passed, blocked, bad-input, world-failed or bug. Anything but passed fails the step.',
  },
  findings: { description: 'The number of findings, in decimal digits.' },
} as const satisfies OutputSpecs

/**
 * Outputs in the form of the file that `GITHUB_OUTPUT` names. A value of several lines goes between
 * delimiters that do not occur in it: otherwise a value could end itself and forge another output.
 * @param randomId fresh text of letters and digits, unknown to whoever wrote the values
 */
export function outputLines(
  values: Readonly<Record<string, string>>,
  randomId: () => string,
): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (!/[\r\n]/.test(value)) return `${name}=${value}\n`
      let delimiter = `bulkhead_${randomId()}`
      while (value.includes(delimiter)) delimiter = `bulkhead_${randomId()}`
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
    })
    .join('')
}
