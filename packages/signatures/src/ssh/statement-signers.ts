import type { Principal } from '../principal.ts'
import type { TrustedSigners } from '../signature-format.ts'
import { isValidAt } from './judge-claim.ts'
import { isRevoked } from './revoked-keys.ts'

/** Whom the allowed signers let sign statements of a purpose now, by any key that is good for it. */
export const signersOfStatements = (
  { allowedSigners, revokedKeys }: Pick<TrustedSigners, 'allowedSigners' | 'revokedKeys'>,
  { namespace, time }: { readonly namespace: string; readonly time: number },
): readonly Principal[] =>
  [...allowedSigners.byKey].flatMap(([blob, lines]) =>
    revokedKeys !== undefined && isRevoked(Buffer.from(blob, 'base64'), revokedKeys)
      ? []
      : lines
          .filter(
            (line) =>
              line.key.kind === 'read' &&
              (line.namespaces?.includes(namespace) ?? true) &&
              isValidAt(line, time),
          )
          .map(({ principal }) => principal),
  )
