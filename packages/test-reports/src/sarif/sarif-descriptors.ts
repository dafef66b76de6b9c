import { looseRecord, textAt, valueAt } from './sarif-value.ts'

export interface Descriptor {
  readonly id: string
  /** Level that it gives to what has none; '' when it gives none. */
  readonly level: string
}

/** The rules or the notifications that a tool describes (SARIF 2.1.0, sections 3.19 and 3.52). */
export class SarifDescriptors {
  readonly #tool: unknown
  readonly #list: 'rules' | 'notifications'

  constructor(tool: unknown, list: 'rules' | 'notifications') {
    this.#tool = tool
    this.#list = list
  }

  /**
   * What a reference means (section 3.52).
   *
   * @param id of the rule, where it stands beside the reference
   * @param index of the rule, where it stands beside the reference
   */
  find(reference: unknown, id = '', index?: number): Descriptor {
    const component = valueAt(reference, 'toolComponent', 'index')
    const descriptors =
      typeof component === 'number'
        ? valueAt(this.#tool, 'extensions', component, this.#list)
        : valueAt(this.#tool, 'driver', this.#list)
    const place = valueAt(reference, 'index') ?? index
    const stated = id || textAt(reference, 'id')
    const found =
      typeof place === 'number' && place >= 0
        ? valueAt(descriptors, place)
        : this.#named(descriptors, stated)
    const level = textAt(found, 'defaultConfiguration', 'level')
    return { id: stated || textAt(found, 'id'), level }
  }

  /** A result may name a rule more closely than the tool does: `A1/2` is of rule `A1`. */
  #named(descriptors: unknown, id: string): unknown {
    const list: readonly unknown[] = Array.isArray(descriptors) ? descriptors : []
    const having = (name: string) => list.find((one) => looseRecord(one).text('id') === name)
    return having(id) ?? having(id.split('/')[0] ?? '')
  }
}
