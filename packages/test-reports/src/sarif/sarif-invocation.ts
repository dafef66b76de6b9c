import { type JsonRecord, readShape } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'
import { INVOCATION, LEVELS, NOTIFICATION, OVERRIDE } from './grammar.ts'
import { type Descriptor, SarifDescriptors } from './sarif-descriptors.ts'
import { messageText, textAt, valueAt } from './sarif-value.ts'

/** Why a scan is not to be trusted, and what it left out. */
export interface SarifScan {
  readonly troubles: string[]
  /** Rules that somebody switched off. */
  readonly switchedOff: string[]
  /** An exit code other than 0, which only failing results explain. */
  readonly badExit: boolean
}

/**
 * Judges one invocation of a tool (SARIF 2.1.0, section 3.20). Where it failed, or tells of an error
 * while it ran or was set up, its results cannot be assumed to be complete (appendix I).
 */
export class SarifInvocation {
  readonly #invocation: JsonRecord
  readonly #tool: unknown
  readonly #remarks: Remarks
  readonly #where: string
  readonly #troubles: string[] = []

  constructor(value: unknown, tool: unknown, remarks: Remarks, where: string) {
    this.#invocation = readShape(value, INVOCATION, remarks, where)
    this.#tool = tool
    this.#remarks = remarks
    this.#where = where
  }

  judge(): SarifScan {
    const one = this.#invocation
    if (!one.flag('executionSuccessful')) this.#troubles.push('its execution was not successful')
    if (one.has('processStartFailureMessage'))
      this.#troubles.push(`it could not start: ${one.text('processStartFailureMessage')}`)
    if (one.has('exitSignalName') || one.has('exitSignalNumber'))
      this.#troubles.push('a signal ended it')
    for (const key of ['toolExecutionNotifications', 'toolConfigurationNotifications'])
      for (const [index, value] of one.list(key).entries())
        this.#judgeNotification(value, `${this.#where}.${key}[${index}]`)
    const badExit = one.has('exitCode') && one.number('exitCode') !== 0
    return { troubles: this.#troubles, switchedOff: this.#switchedOff(), badExit }
  }

  #judgeNotification(value: unknown, where: string): void {
    const notification = readShape(value, NOTIFICATION, this.#remarks, where)
    const level = notification.has('level')
      ? notification.text('level')
      : this.#defaultLevel(notification.value('descriptor'))
    if (!LEVELS.includes(level))
      this.#remarks.add('test/unknown-status', where, `its level is "${level.slice(0, 80)}"`)
    if (level !== 'error' && !notification.has('exception')) return
    const text = messageText(notification.value('message')).slice(0, 300).toWellFormed()
    this.#troubles.push(`it tells of an error: ${text}`)
  }

  /** Section 3.58.6. Of two levels for one notification the worse one counts. */
  #defaultLevel(reference: unknown): string {
    const descriptors = new SarifDescriptors(this.#tool, 'notifications')
    const found = descriptors.find(reference)
    const levels = this.#overrides('notificationConfigurationOverrides', descriptors)
      .filter(({ descriptor }) => descriptor.id !== '' && descriptor.id === found.id)
      .map(({ configuration }) => textAt(configuration, 'level'))
    const stated = [...levels, found.level].filter((level) => level !== '')
    const unknown = stated.find((level) => !LEVELS.includes(level))
    if (unknown !== undefined) return unknown
    return LEVELS[Math.max(...stated.map((level) => LEVELS.indexOf(level)))] ?? 'warning'
  }

  #switchedOff(): string[] {
    const rules = new SarifDescriptors(this.#tool, 'rules')
    return this.#overrides('ruleConfigurationOverrides', rules)
      .filter(({ configuration }) => valueAt(configuration, 'enabled') === false)
      .map(({ descriptor }) => descriptor.id || 'no rule')
  }

  #overrides(
    key: string,
    descriptors: SarifDescriptors,
  ): { readonly descriptor: Descriptor; readonly configuration: unknown }[] {
    return this.#invocation.list(key).map((value, index) => {
      const where = `${this.#where}.${key}[${index}]`
      const override = readShape(value, OVERRIDE, this.#remarks, where)
      const descriptor = descriptors.find(override.value('descriptor'))
      return { descriptor, configuration: override.value('configuration') }
    })
  }
}
