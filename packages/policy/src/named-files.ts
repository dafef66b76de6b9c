import type { Policy } from './policy.ts'
import type { YamlPath } from './yaml-path.ts'

/** Where the policy lives in a repository. */
export const POLICY_PATH = 'bulkhead.yml'

/** A file that a policy names, and where it names it. */
export interface NamedFile {
  readonly path: string
  /** `signers`, `inventory`, or a role of `keys`. */
  readonly role: 'signers' | 'inventory' | 'voucher' | 'builder' | 'gate' | 'ledger'
  readonly place: YamlPath
}

const ROLES = ['voucher', 'builder', 'gate', 'ledger'] as const

/** The parts of a policy that name files; each may be absent while the rest is still in error. */
interface Naming {
  readonly signers: string | undefined
  readonly suites: Readonly<Record<string, { readonly inventory?: string | undefined }>>
  readonly keys: Readonly<
    Record<(typeof ROLES)[number], readonly { readonly file: string }[] | undefined>
  >
}

/** Every file that a policy names, in the order of the format. */
export function namedFiles({ signers, suites, keys }: Naming | Policy): readonly NamedFile[] {
  return [
    ...(signers === undefined
      ? []
      : [{ path: signers, role: 'signers', place: ['signers'] } as const]),
    ...Object.entries(suites).flatMap(([suite, { inventory }]) =>
      inventory === undefined
        ? []
        : [{ path: inventory, role: 'inventory', place: ['suites', suite, 'inventory'] } as const],
    ),
    ...ROLES.flatMap((role) =>
      (keys[role] ?? []).map(
        ({ file }, index) => ({ path: file, role, place: ['keys', role, index, 'file'] }) as const,
      ),
    ),
  ]
}
