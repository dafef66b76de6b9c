import { InputError } from '@bulkhead/vocabulary'

interface Inputs {
  readonly voucher: 'github' | undefined
  readonly 'voucher-socket': string | undefined
  readonly 'keys-file': string | undefined
}

type Vouching<Keyring> =
  | { readonly kind: 'forge' }
  | { readonly kind: 'voucher'; readonly socket: string }
  | { readonly kind: 'local'; readonly keyring: Keyring }

const NAMES = ['voucher', 'voucher-socket', 'keys-file'] as const

/**
 * Who vouches for the runs, by exactly one of three inputs: with two, it would be hidden which one counts.
 * @throws InputError
 */
export async function vouchingOf<Keyring>(
  inputs: Inputs,
  readKeyring: (path: string) => Promise<Keyring>,
): Promise<Vouching<Keyring>> {
  const [given, ...others] = NAMES.filter((name) => inputs[name] !== undefined)
  const { 'voucher-socket': socket, 'keys-file': keys } = inputs
  if (given === undefined || others.length > 0) throw notOne([given ?? 'none', ...others])
  if (socket !== undefined) return { kind: 'voucher', socket }
  return keys === undefined
    ? { kind: 'forge' }
    : { kind: 'local', keyring: await readKeyring(keys) }
}

const notOne = (given: readonly string[]): InputError =>
  new InputError({
    code: given.length === 1 ? 'action/missing-input' : 'action/invalid-input',
    subject: given.length === 1 ? 'input voucher' : `input ${given[0] ?? ''}`,
    message:
      given.length === 1
        ? 'nobody is named who vouches for the run'
        : `is given together with ${given.slice(1).join(' and ')}`,
    remedy: 'set exactly one of `voucher: github`, `voucher-socket:` and `keys-file:`',
  })
