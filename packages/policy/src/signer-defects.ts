import { repeated } from './repeated.ts'
import type { SoundParts } from './sound-parts.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** Somebody must be able to sign, as one principal, and somebody must vouch for certificates. */
export function signerDefects({ namesSigners, signing }: SoundParts): readonly Defect[] {
  const principals = Object.entries(signing.principals)
  const emails = principals.flatMap(([name, { committers }]) =>
    (committers ?? []).map((path, index) => ({
      path,
      place: ['signing', 'principals', name, 'committers', index],
    })),
  )
  const needs = (key: 'x509' | 'gitsign', section: 'x509' | 'sigstore') =>
    signing[section] === undefined
      ? principals
          .filter(([, principal]) => (principal[key] ?? []).length > 0)
          .map(([name]) => withoutTrust(['signing', 'principals', name, key], section))
      : []
  return [
    ...(!namesSigners && principals.length === 0 ? [nobodySigns] : []),
    ...repeated(emails, 'a committer belongs to one principal'),
    ...needs('x509', 'x509'),
    ...needs('gitsign', 'sigstore'),
  ]
}

const nobodySigns: Defect = {
  code: 'policy/missing-key',
  path: [],
  part: 'key',
  key: 'signers',
  message:
    'the key `signers` is missing and `signing.principals` names nobody, so no commit could pass',
  remedy: 'Add it, for example: `signers: .bulkhead/allowed_signers`.',
}

const withoutTrust = (place: YamlPath, section: 'x509' | 'sigstore'): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'key',
  message: `${showPath(place)} names certificates, but \`signing.${section}\` does not say who vouches for them`,
  remedy: `Add \`signing.${section}\`, or remove the key.`,
})
