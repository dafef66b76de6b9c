import { type Finding, InputError } from '@bulkhead/vocabulary'

/** One input, the commands that it belongs to, and whether these cannot do without it. */
export type CommandRule<Input extends string, Command extends string> = readonly [
  input: Input,
  commands: readonly Command[],
  needed: boolean,
]

/**
 * Checks the inputs of an action that does several things: one that changes nothing is a
 * misunderstanding, and is not passed over.
 * @throws InputError with one finding for each input that is missing or belongs to another command
 */
export function checkCommandInputs<Input extends string, Command extends string>(
  inputs: { readonly command: Command } & { readonly [Name in Input]?: unknown },
  rules: readonly CommandRule<Input, Command>[],
): void {
  const { command } = inputs
  const findings = rules.flatMap(([input, commands, needed]): readonly Finding[] => {
    const given = inputs[input] !== undefined && inputs[input] !== false
    const belongs = commands.includes(command)
    if (given && !belongs)
      return [
        {
          code: 'action/invalid-input',
          subject: `input ${input}`,
          message: `means nothing to \`command: ${command}\``,
          remedy: `leave it out, or write \`command: ${commands.join('` or `')}\``,
        },
      ]
    if (given || !needed || !belongs) return []
    return [
      {
        code: 'action/missing-input',
        subject: `input ${input}`,
        message: `is required by \`command: ${command}\` and was not given`,
        remedy: `set \`${input}:\` under \`with:\``,
      },
    ]
  })
  if (findings.length > 0) throw new InputError(findings)
}
