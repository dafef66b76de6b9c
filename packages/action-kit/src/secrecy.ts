import type { ActionHost } from './action-host.ts'
import { workflowCommand } from './commands.ts'
import { secretForms } from './secret-forms.ts'

/** A host that lets no secret out, and the door by which it learns of them. */
export interface Secrecy {
  readonly host: ActionHost
  readonly keep: (secret: string) => void
}

/**
 * Puts a guard before log, outputs and summary. The runner hides in the log what it is told of; outputs
 * and summary it passes on as they are, and elsewhere nobody hides anything.
 */
export function guardSecrets(host: ActionHost): Secrecy {
  let forms: readonly string[] = []
  const hidden = (text: string) =>
    forms.reduce((shown, form) => shown.replaceAll(form, () => '***'), text)
  return {
    host: {
      ...host,
      writeLine: (line) => host.writeLine(hidden(line)),
      appendFile: (path, text) => host.appendFile(path, hidden(text)),
    },
    keep(secret) {
      const found = secretForms(secret)
      // Where no runner takes the command off the output, it would print the secret itself.
      if (host.env['GITHUB_ACTIONS'] === 'true')
        for (const form of found.filter((text) => !/[\r\n]/.test(text)))
          host.writeLine(workflowCommand('add-mask', form))
      forms = [...new Set([...forms, ...found])].sort((one, other) => other.length - one.length)
    },
  }
}
