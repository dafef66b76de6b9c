import * as v from 'valibot'
import { type EnvironmentForm, environmentForm } from './environment-form.ts'
import { type KeysForm, keyRoleForms } from './key-forms.ts'
import { type SuiteForm, signersForm, suiteForm } from './schema.ts'
import {
  type PrincipalForm,
  type SigningForm,
  principalEntries,
  signingEntries,
} from './signing-form.ts'
import { isMapping, valueAt } from './schema-walk.ts'

/** Each key on its own: undefined where it is absent or its own form is wrong. */
type Sound<Form> = { readonly [Key in keyof Form]-?: Form[Key] | undefined }

/** The parts of a policy whose own form is right, whatever is wrong with the others. */
export interface SoundParts {
  readonly signers: string | undefined
  /** Whether anything stands there, right or wrong. */
  readonly namesSigners: boolean
  readonly signing: SoundSigning
  readonly suites: Readonly<Record<string, SoundSuite>>
  readonly artifacts: readonly string[]
  readonly keys: Sound<KeysForm>
  readonly environments: Readonly<Record<string, Sound<EnvironmentForm>>>
}

/** Principals are sound one by one. */
export type SoundSigning = Omit<Sound<SigningForm>, 'principals' | 'rules'> & {
  readonly principals: Readonly<Record<string, Sound<PrincipalForm>>>
}

export interface SoundSuite {
  readonly mandatory: boolean | undefined
  readonly reports: SuiteForm['reports'] | undefined
  readonly inventory: string | undefined
  /** Whether anything stands there, right or wrong. */
  readonly namesInventory: boolean
}

/**
 * Takes the sound parts out of plain data, so that the rules between keys can be judged even while
 * some key elsewhere is wrong: a user gets all errors at once.
 */
export function soundParts(data: unknown): SoundParts {
  const keys = valueAt(data, ['keys'])
  return {
    signers: sound(signersForm, data, 'signers'),
    namesSigners: !isMapping(data) || valueAt(data, ['signers']) !== undefined,
    signing: soundSigning(valueAt(data, ['signing'])),
    suites: mapSections(valueAt(data, ['suites']), soundSuite),
    artifacts: sound(v.array(v.string()), valueAt(data, ['build']), 'artifacts') ?? [],
    keys: {
      voucher: sound(keyRoleForms.voucher, keys, 'voucher'),
      builder: sound(keyRoleForms.builder, keys, 'builder'),
      gate: sound(keyRoleForms.gate, keys, 'gate'),
      ledger: sound(keyRoleForms.ledger, keys, 'ledger'),
    },
    environments: mapSections(valueAt(data, ['environments']), soundEnvironment),
  }
}

const soundSigning = (data: unknown): SoundSigning => ({
  revoked: sound(signingEntries.revoked, data, 'revoked'),
  principals: mapSections(valueAt(data, ['principals']), soundPrincipal),
  x509: sound(signingEntries.x509, data, 'x509'),
  sigstore: sound(signingEntries.sigstore, data, 'sigstore'),
})

const soundPrincipal = (data: unknown): Sound<PrincipalForm> => ({
  role: sound(principalEntries.role, data, 'role'),
  committers: sound(principalEntries.committers, data, 'committers'),
  openpgp: sound(principalEntries.openpgp, data, 'openpgp'),
  x509: sound(principalEntries.x509, data, 'x509'),
  gitsign: sound(principalEntries.gitsign, data, 'gitsign'),
})

const soundSuite = (data: unknown): SoundSuite => ({
  mandatory: sound(suiteForm.entries.mandatory, data, 'mandatory'),
  reports: sound(suiteForm.entries.reports, data, 'reports'),
  inventory: sound(suiteForm.entries.inventory, data, 'inventory'),
  namesInventory: valueAt(data, ['inventory']) !== undefined,
})

const soundEnvironment = (data: unknown): Sound<EnvironmentForm> => ({
  target: sound(environmentForm.entries.target, data, 'target'),
  regions: sound(environmentForm.entries.regions, data, 'regions'),
  capacity: sound(environmentForm.entries.capacity, data, 'capacity'),
  after: sound(environmentForm.entries.after, data, 'after'),
  queue: sound(environmentForm.entries.queue, data, 'queue'),
  artifact: sound(environmentForm.entries.artifact, data, 'artifact'),
  migrations: sound(environmentForm.entries.migrations, data, 'migrations'),
  'mixed-test': sound(environmentForm.entries['mixed-test'], data, 'mixed-test'),
  schedule: sound(environmentForm.entries.schedule, data, 'schedule'),
  bake: sound(environmentForm.entries.bake, data, 'bake'),
  analysis: sound(environmentForm.entries.analysis, data, 'analysis'),
  ledger: sound(environmentForm.entries.ledger, data, 'ledger'),
})

function sound<Form extends v.GenericSchema>(
  form: Form,
  data: unknown,
  key: string,
): v.InferOutput<Form> | undefined {
  const result = v.safeParse(form, valueAt(data, [key]))
  return result.success ? result.output : undefined
}

function mapSections<Out>(data: unknown, convert: (value: unknown) => Out): Record<string, Out> {
  if (typeof data !== 'object' || data === null) return {}
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, convert(value)]))
}
