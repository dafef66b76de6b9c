import * as v from 'valibot'
import { type EnvironmentForm, environmentForm } from './environment-form.ts'
import { type KeysForm, type SuiteForm, keyRoleForms, signersForm, suiteForm } from './schema.ts'
import { valueAt } from './schema-walk.ts'

/** The parts of a policy whose own form is right, whatever is wrong with the others. */
export interface SoundParts {
  readonly signers: string | undefined
  readonly suites: Readonly<Record<string, SuiteForm>>
  /** Whether anything that was written might be a mandatory suite. */
  readonly mayDemand: boolean
  readonly artifacts: readonly string[]
  readonly keys: Partial<KeysForm>
  readonly environments: Readonly<Record<string, EnvironmentForm>>
}

/**
 * Takes the sound parts out of plain data, so that the rules between keys can be judged even while
 * some key elsewhere is wrong: a user gets all errors at once.
 */
export function soundParts(data: unknown): SoundParts {
  const suites = entriesAt(data, ['suites'])
  const sound = soundEntries(suiteForm, suites)
  const artifacts = v.safeParse(v.array(v.string()), valueAt(data, ['build', 'artifacts']))
  const signers = v.safeParse(signersForm, valueAt(data, ['signers']))
  return {
    signers: signers.success ? signers.output : undefined,
    suites: sound,
    mayDemand:
      suites.length !== Object.keys(sound).length ||
      suites.length === 0 ||
      Object.values(sound).some((suite) => suite.mandatory),
    artifacts: artifacts.success ? artifacts.output : [],
    keys: soundKeys(data),
    environments: soundEntries(environmentForm, entriesAt(data, ['environments'])),
  }
}

function soundKeys(data: unknown): Partial<KeysForm> {
  const read = <Form extends v.GenericSchema>(
    form: Form,
    role: string,
  ): v.InferOutput<Form> | undefined => {
    const result = v.safeParse(form, valueAt(data, ['keys', role]))
    return result.success ? result.output : undefined
  }
  const voucher = read(keyRoleForms.voucher, 'voucher')
  const builder = read(keyRoleForms.builder, 'builder')
  const gate = read(keyRoleForms.gate, 'gate')
  const ledger = read(keyRoleForms.ledger, 'ledger')
  return {
    ...(voucher && { voucher }),
    ...(builder && { builder }),
    ...(gate && { gate }),
    ...(ledger && { ledger }),
  }
}

function entriesAt(
  data: unknown,
  path: readonly string[],
): readonly (readonly [string, unknown])[] {
  const value = valueAt(data, path)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : []
}

function soundEntries<Form extends v.GenericSchema>(
  form: Form,
  entries: readonly (readonly [string, unknown])[],
): Record<string, v.InferOutput<Form>> {
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const result = v.safeParse(form, value)
      return result.success ? [[name, result.output] as const] : []
    }),
  )
}
