import type { Milliseconds } from '@bulkhead/vocabulary'

/** One sentence for the reader of `action.yml` and the README. */
interface Described {
  readonly description: string
}

/** Required without a default, with a default, or neither: then the value may be undefined. */
type Given<Default> =
  | { readonly required: true; readonly default?: never }
  | { readonly required?: never; readonly default: Default }
  | { readonly required?: never; readonly default?: never }

/** One line of text: no space around it, no control character, no leading hyphen. */
type TextInput = Described & { readonly kind: 'text' } & Given<string>

/**
 * A token. Like text, and hidden in every form before anything is shown: the value of an input is in the
 * environment, and an error that quotes it would print it.
 */
type SecretInput = Described & { readonly kind: 'secret' } & Given<string>

/** A path; relative ones start at the workspace. The value is absolute. */
type PathInput = Described & { readonly kind: 'path' } & Given<string>

/** Exactly `true` or `false`. There is always a default, so that an empty value is a mistake. */
type BooleanInput = Described & { readonly kind: 'boolean'; readonly default: boolean }

/** One of a closed list of words. */
type ChoiceInput<Option extends string = string> = Described & {
  readonly kind: 'choice'
  readonly options: readonly [Option, ...Option[]]
} & Given<Option>

/** `90s`, `5m`; the value is in milliseconds. */
type DurationInput = Described & { readonly kind: 'duration' } & Given<string>

/** A whole number in decimal digits, within bounds that include their ends. */
type IntegerInput = Described & {
  readonly kind: 'integer'
  readonly minimum: number
  readonly maximum: number
} & Given<number>

/** One item a line; empty lines do not count. Not given: an empty list. */
type LinesInput = Described & { readonly kind: 'lines'; readonly required?: true }

export type InputSpec =
  | TextInput
  | SecretInput
  | PathInput
  | BooleanInput
  | ChoiceInput
  | DurationInput
  | IntegerInput
  | LinesInput

/** Name in kebab-case → what it takes. */
export type InputSpecs = Readonly<Record<string, InputSpec>>

type Value<Spec extends InputSpec> = Spec extends { kind: 'boolean' }
  ? boolean
  : Spec extends { kind: 'integer' }
    ? number
    : Spec extends { kind: 'duration' }
      ? Milliseconds
      : Spec extends { kind: 'lines' }
        ? readonly string[]
        : Spec extends { kind: 'choice'; options: readonly (infer Option)[] }
          ? Option
          : string

type AlwaysThere =
  | { readonly required: true }
  | { readonly default: {} }
  | { readonly kind: 'lines' }

/** What {@link readInputs} answers: optional inputs without a default may be undefined. */
export type InputValues<Specs extends InputSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends AlwaysThere
    ? Value<Specs[Name]>
    : Value<Specs[Name]> | undefined
}

/** The default as `action.yml` writes it, undefined when there is none. */
export function defaultText(spec: InputSpec): string | undefined {
  if (spec.kind === 'lines' || spec.default === undefined) return undefined
  return String(spec.default)
}

/** Keeps the literal types of a registry, from which {@link InputValues} follow. */
export const defineInputs = <const Specs extends InputSpecs>(specs: Specs): Specs => specs
