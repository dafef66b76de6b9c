import type { Policy } from './policy.ts'
import type { YamlPath } from './yaml-path.ts'

/** Where the policy lives in a repository. */
export const POLICY_PATH = 'bulkhead.yml'

/** What a file is for: a role of `keys`, or what its name says. */
export type FileRole =
  | 'signers'
  | 'revoked'
  | 'openpgp'
  | 'roots'
  | 'crls'
  | 'trusted-root'
  | 'proofs'
  | 'inventory'
  | 'voucher'
  | 'builder'
  | 'gate'
  | 'ledger'

/** A file that a policy names, and where it names it. */
export interface NamedFile {
  readonly path: string
  readonly role: FileRole
  readonly place: YamlPath
}

const ROLES = ['voucher', 'builder', 'gate', 'ledger'] as const

/** The parts of a policy that name files; each may be absent while the rest is still in error. */
interface Naming {
  readonly signers: string | undefined
  readonly signing: NamingSigning
  readonly suites: Readonly<Record<string, { readonly inventory?: string | undefined }>>
  readonly keys: Readonly<Record<(typeof ROLES)[number], readonly NamingKey[] | undefined>>
}

type TrustedRoot =
  | { readonly 'trusted-root'?: string | undefined }
  | { readonly trustedRoot: string | undefined }

interface NamingKey {
  readonly file?: string | undefined
  readonly sigstore?: TrustedRoot | undefined
  readonly github?: unknown
}

interface NamingSigning {
  readonly revoked: string | undefined
  readonly principals: Readonly<Record<string, { readonly openpgp: readonly string[] | undefined }>>
  readonly x509: { readonly roots: string; readonly crls?: string | undefined } | undefined
  readonly sigstore:
    | { readonly 'trusted-root': string; readonly proofs?: string | undefined }
    | { readonly trustedRoot: string; readonly proofs: string | undefined }
    | undefined
}

/** Every file that a policy names, in the order of the format. */
export function namedFiles({
  signers,
  signing,
  suites,
  keys,
}: Naming | Policy): readonly NamedFile[] {
  return [
    ...(signers === undefined
      ? []
      : [{ path: signers, role: 'signers', place: ['signers'] } as const]),
    ...signingFiles(signing),
    ...Object.entries(suites).flatMap(([suite, { inventory }]) =>
      inventory === undefined
        ? []
        : [{ path: inventory, role: 'inventory', place: ['suites', suite, 'inventory'] } as const],
    ),
    ...ROLES.flatMap((role) =>
      (keys[role] ?? []).flatMap((key, index) => keyFiles(key, role, ['keys', role, index])),
    ),
  ]
}

function keyFiles(key: NamingKey, role: FileRole, place: YamlPath): readonly NamedFile[] {
  const root = key.sigstore && rootOf(key.sigstore)
  return [
    ...(key.file === undefined ? [] : [{ path: key.file, role, place: [...place, 'file'] }]),
    ...(root === undefined
      ? []
      : [
          {
            path: root,
            role: 'trusted-root' as const,
            place: [...place, 'sigstore', 'trusted-root'],
          },
        ]),
  ]
}

const rootOf = (sigstore: TrustedRoot): string | undefined =>
  'trustedRoot' in sigstore ? sigstore.trustedRoot : sigstore['trusted-root']

function signingFiles({
  revoked,
  principals,
  x509,
  sigstore,
}: NamingSigning): readonly NamedFile[] {
  const root = sigstore && rootOf(sigstore)
  const single: readonly (readonly [string | undefined, FileRole, YamlPath])[] = [
    [revoked, 'revoked', ['signing', 'revoked']],
    [x509?.roots, 'roots', ['signing', 'x509', 'roots']],
    [x509?.crls, 'crls', ['signing', 'x509', 'crls']],
    [root, 'trusted-root', ['signing', 'sigstore', 'trusted-root']],
    [sigstore?.proofs, 'proofs', ['signing', 'sigstore', 'proofs']],
  ]
  return [
    ...single.flatMap(([path, role, place]) => (path === undefined ? [] : [{ path, role, place }])),
    ...Object.entries(principals).flatMap(([name, { openpgp }]) =>
      (openpgp ?? []).map((path, index) => ({
        path,
        role: 'openpgp' as const,
        place: ['signing', 'principals', name, 'openpgp', index],
      })),
    ),
  ]
}
