import { InputError } from '@bulkhead/vocabulary'

interface Inputs {
  readonly 'voucher-socket': string | undefined
  readonly 'keys-file': string | undefined
}

type Vouching<Keyring> =
  | { readonly kind: 'voucher'; readonly socket: string }
  | { readonly kind: 'local'; readonly keyring: Keyring }

/**
 * Who vouches for the runs, by exactly one of two inputs: with both, it would be hidden which one counts.
 * @throws InputError
 */
export async function vouchingOf<Keyring>(
  inputs: Inputs,
  readKeyring: (path: string) => Promise<Keyring>,
): Promise<Vouching<Keyring>> {
  const { 'voucher-socket': socket, 'keys-file': keys } = inputs
  if (socket !== undefined && keys === undefined) return { kind: 'voucher', socket }
  if (keys !== undefined && socket === undefined)
    return { kind: 'local', keyring: await readKeyring(keys) }
  throw new InputError({
    code: socket === undefined ? 'action/missing-input' : 'action/invalid-input',
    subject: 'input voucher-socket',
    message:
      socket === undefined
        ? 'nobody is named who vouches for the run'
        : 'is given together with keys-file',
    remedy: 'set exactly one of `voucher-socket:` and `keys-file:`',
  })
}
