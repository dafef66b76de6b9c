import type { AllowedSigner } from './ssh/allowed-signers.ts'
import type { OpenPgpSigner } from './openpgp/openpgp-certificate.ts'
import { stateAt } from './openpgp/openpgp-period.ts'
import type { Principal } from './principal.ts'
import { type RevokedKeys, isRevoked } from './ssh/revoked-keys.ts'
import type { TrustedSigners } from './signature-format.ts'
import { fingerprint } from './ssh/ssh-key.ts'

/** Whether a key signs now: `unusable` is too weak, or of a kind that is not verified. */
export type KeyStanding = 'valid' | 'not-yet-valid' | 'expired' | 'revoked' | 'unusable'

/** One key of a trusted ref, and whose it is. */
export interface RosterEntry {
  readonly principal: Principal
  readonly format: 'ssh' | 'openpgp'
  /** As ssh-keygen or gpg prints it. */
  readonly fingerprint: string
  readonly standing: KeyStanding
  /** When it stops to sign, in milliseconds since the epoch; undefined when never. */
  readonly until: number | undefined
}

/** Every SSH and OpenPGP key that a trusted ref names, in the order of the files. */
export const rosterOf = (trusted: TrustedSigners, now: number): readonly RosterEntry[] => [
  ...[...trusted.allowedSigners.byKey].flatMap(([blob, signers]) =>
    signers.map((signer) => sshEntry(Buffer.from(blob, 'base64'), signer, trusted, now)),
  ),
  ...(trusted.openPgpSigners ?? []).flatMap((signer) => openPgpEntries(signer, now)),
]

function sshEntry(
  blob: Buffer,
  { principal, key, validAfter, validBefore }: AllowedSigner,
  { revokedKeys }: { readonly revokedKeys?: RevokedKeys | undefined },
  now: number,
): RosterEntry {
  const standing = (): KeyStanding => {
    if (revokedKeys !== undefined && isRevoked(blob, revokedKeys)) return 'revoked'
    if (key.kind === 'refused') return 'unusable'
    if (validAfter !== undefined && now < validAfter) return 'not-yet-valid'
    return validBefore !== undefined && now >= validBefore ? 'expired' : 'valid'
  }
  return {
    principal,
    format: 'ssh',
    fingerprint: fingerprint(blob),
    standing: standing(),
    until: validBefore,
  }
}

/** Of a certificate only the keys that may sign at some time: others are for encryption. */
function openPgpEntries(
  { principal, certificate }: OpenPgpSigner,
  now: number,
): readonly RosterEntry[] {
  return [...certificate.keys].flatMap(([print, { key, periods }]): readonly RosterEntry[] => {
    const signs = periods.some(({ state }) => state === 'valid')
    if (!signs && stateAt(periods, now) !== 'revoked') return []
    const standing = (): KeyStanding => {
      const state = stateAt(periods, now)
      if (state === 'revoked') return 'revoked'
      if (key.kind === 'refused') return 'unusable'
      if (state === 'valid') return 'valid'
      return periods.some((period) => period.state === 'valid' && period.from > now)
        ? 'not-yet-valid'
        : 'expired'
    }
    const until = periods.find(({ from, state }) => from > now && state !== 'valid')?.from
    return [{ principal, format: 'openpgp', fingerprint: print, standing: standing(), until }]
  })
}
