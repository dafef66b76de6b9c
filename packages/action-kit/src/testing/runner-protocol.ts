/** A workflow command as the runner understands it. */
export interface RunnerCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const unescapeData = (text: string) =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
const unescapeProperty = (text: string) =>
  unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))

/**
 * Every command in what a step printed, read by the rules of the runner (actions/runner,
 * ActionCommand.cs, both the `::` and the older `##[` form): the judge of our escaping.
 */
export function commandsIn(stdout: string): readonly RunnerCommand[] {
  return stdout
    .split(/\r\n|\n|\r/)
    .flatMap(
      (line) =>
        parse(line.trimStart(), /^::(.*?)::(.*)$/s) ?? parse(line, /##\[([^\]]*)\](.*)$/s) ?? [],
    )
}

function parse(line: string, form: RegExp): readonly RunnerCommand[] | undefined {
  const [, head, data] = form.exec(line) ?? []
  if (head === undefined || data === undefined) return undefined
  const [, name = '', list = ''] = /^(\S*)\s*(.*)$/s.exec(head) ?? []
  const properties = list
    .split(/[,;]/)
    .filter((pair) => pair.includes('='))
    .map(
      (pair) =>
        [
          pair.slice(0, pair.indexOf('=')).trim(),
          unescapeProperty(pair.slice(pair.indexOf('=') + 1)),
        ] as const,
    )
  return [{ name, properties: Object.fromEntries(properties), data: unescapeData(data) }]
}

/** The outputs in a GITHUB_OUTPUT file. @throws Error where the runner would fail the step */
export function outputsIn(file: string): Readonly<Record<string, string>> {
  const lines = file.split(/\r?\n/)
  const outputs: Record<string, string> = {}
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const [equals, heredoc] = [line.indexOf('='), line.indexOf('<<')]
    if (equals >= 0 && (heredoc < 0 || equals < heredoc))
      outputs[line.slice(0, equals)] = line.slice(equals + 1)
    else if (heredoc > 0) {
      const end = lines.indexOf(line.slice(heredoc + 2), index + 1)
      if (end < 0) throw new Error(`no end of the value of ${line.slice(0, heredoc)}`)
      outputs[line.slice(0, heredoc)] = lines.slice(index + 1, end).join('\n')
      index = end
    } else throw new Error(`not an output: ${line}`)
  }
  return outputs
}
