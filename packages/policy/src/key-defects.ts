import type { KeysForm, StatementSignerForm, VoucherForm } from './key-forms.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

type SoundKeys = { readonly [Role in keyof KeysForm]: KeysForm[Role] | undefined }

/** What is wrong with entries of `keys` whose own members are right: each is a signer of exactly one kind. */
export function keyDefects(keys: SoundKeys): readonly Defect[] {
  const at = <Entry>(
    role: keyof KeysForm,
    entries: readonly Entry[] | undefined,
    judge: (entry: Entry, place: YamlPath) => readonly Defect[],
  ) => (entries ?? []).flatMap((entry, index) => judge(entry, ['keys', role, index]))
  return [
    ...at('voucher', keys.voucher, voucherDefects),
    ...at('builder', keys.builder, signerDefects),
    ...at('gate', keys.gate, signerDefects),
    ...sharedIdentities(keys),
  ]
}

/** One workflow in two roles: a step of its build could sign verdicts. */
function sharedIdentities(keys: SoundKeys): readonly Defect[] {
  const first = new Map<string, YamlPath>()
  return (['builder', 'gate'] as const).flatMap((role) =>
    (keys[role] ?? []).flatMap(({ sigstore }, index): readonly Defect[] => {
      if (sigstore === undefined) return []
      const place = ['keys', role, index, 'sigstore', 'identity']
      const who = JSON.stringify([sigstore.issuer, sigstore.identity])
      const earlier = first.get(who)
      first.set(who, earlier ?? place)
      return earlier === undefined ? [] : [sameWorkflow(place, earlier)]
    }),
  )
}

const sameWorkflow = (place: YamlPath, earlier: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'value',
  message: `${showPath(place)} is the workflow of ${showPath(earlier)} already; who signs has one role`,
  remedy:
    'Give one of the two jobs a reusable workflow of its own: Sigstore certifies the file that holds the job.',
  other: earlier,
})

function voucherDefects({ file, separation, github }: VoucherForm, place: YamlPath) {
  if (github !== undefined) {
    const other = file === undefined ? 'separation' : 'file'
    return file === undefined && separation === undefined ? [] : [both(place, other, 'github')]
  }
  return [
    ...(file === undefined ? [missing(place, 'file', '.bulkhead/keys/voucher.pub')] : []),
    ...(separation === undefined
      ? [
          missing(
            place,
            'separation',
            'process',
            'process (the tests cannot read the private key) or local (they can, and verdicts say so)',
          ),
        ]
      : []),
  ]
}

function signerDefects({ file, kms, sigstore }: StatementSignerForm, place: YamlPath) {
  if (sigstore === undefined)
    return file === undefined ? [missing(place, 'file', '.bulkhead/keys/gate.pub')] : []
  if (file !== undefined) return [both(place, 'file', 'sigstore')]
  return kms === undefined ? [] : [both(place, 'kms', 'sigstore')]
}

const missing = (
  place: YamlPath,
  key: string,
  example: string,
  form = 'the path of a public key, or one of the other kinds of signer',
): Defect => ({
  code: 'policy/missing-key',
  path: place,
  part: 'key',
  key,
  message: `${showPath(place)}: the key \`${key}\` is missing; it wants ${form}`,
  remedy: `Add it, for example: \`${key}: ${example}\`.`,
})

const both = (place: YamlPath, one: string, other: string): Defect => ({
  code: 'policy/inconsistent',
  path: [...place, one],
  part: 'key',
  message: `${showPath([...place, one])} stands beside \`${other}\`, and one entry is one signer`,
  remedy: 'Write two entries, or remove one of the keys.',
  other: [...place, other],
})
