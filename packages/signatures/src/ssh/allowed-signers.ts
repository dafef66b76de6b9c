import { type Finding, InputError } from '@bulkhead/vocabulary'
import { faultIn, readKeyText, readLines } from './policy-text.ts'
import type { Principal } from '../principal.ts'
import type { Reading } from '../refusal.ts'
import { splitSignerLine } from './signer-line.ts'
import { type SignerOptions, readSignerOptions } from './signer-options.ts'
import type { SshKey } from './ssh-key.ts'

/** One line of allowed_signers: a key, and for whom, for what and when it may sign. */
export interface AllowedSigner extends SignerOptions {
  /** Line in the file, from 1. */
  readonly line: number
  readonly principal: Principal
  /** The key, or why signatures by it are not accepted (weak, or of a kind not verified). */
  readonly key: Reading<SshKey>
}

/** The allowed signers of a trusted ref. */
export interface AllowedSigners {
  readonly path: string
  /** By the base64 of the key's blob. One key may stand on several lines. */
  readonly byKey: ReadonlyMap<string, readonly AllowedSigner[]>
  /**
   * The keys that vouch for certificates (`cert-authority`), likewise, with one entry for each email:
   * such a key is nobody's own.
   */
  readonly authorities: ReadonlyMap<string, readonly AllowedSigner[]>
}

const MAX_PRINCIPALS = 64
const REMEDY =
  'write one line a key: `EMAIL namespaces="git" ssh-ed25519 AAAA…` (from the .pub file)'

/**
 * Parses git's allowed_signers (ssh-keygen(1), ALLOWED SIGNERS), strictly: what cannot be honoured in
 * full is an error, since a skipped line is a rule that nobody sees missing.
 * @param path how the file is called in findings
 * @param principals whom the policy declares: their name and role go with their emails
 * @throws InputError `policy/invalid-file` or `policy/too-large`, all faults at once, each by line
 */
export function parseAllowedSigners(
  bytes: Uint8Array,
  path: string,
  principals: readonly Principal[] = [],
): AllowedSigners {
  const declared = new Map(principals.flatMap((one) => one.committers.map((email) => [email, one])))
  const file = { path, remedy: REMEDY }
  const byKey = new Map<string, readonly AllowedSigner[]>()
  const authorities = new Map<string, readonly AllowedSigner[]>()
  const faults: Finding[] = []
  for (const { number, text } of readLines(bytes, file)) {
    const parsed = parseLine(text, number, declared)
    if (typeof parsed === 'string') faults.push(faultIn(file, parsed, number))
    else {
      const list = parsed.certAuthority ? authorities : byKey
      list.set(parsed.blob, [...(list.get(parsed.blob) ?? []), ...parsed.signers])
    }
  }
  if (faults.length > 0) throw new InputError(faults)
  if (byKey.size + authorities.size === 0) {
    throw new InputError(faultIn(file, 'names nobody, so no commit could pass'))
  }
  return { path, byKey, authorities }
}

function parseLine(
  text: string,
  line: number,
  declared: ReadonlyMap<string, Principal>,
): ParsedLine | string {
  const fields = splitSignerLine(text)
  if (fields === undefined) return 'is not `principals [options] keytype base64-key [comment]`'
  const committers = readPrincipals(fields.principals)
  if (typeof committers === 'string') return committers
  const options = readSignerOptions(fields.options)
  if (typeof options === 'string') return options
  const key = readKeyText(fields.keyType, fields.key)
  if (typeof key === 'string') return key
  const { certAuthority } = options
  const principals = certAuthority
    ? committers.map((email) => ownerOf([email], declared))
    : [ownerOf(committers, declared)]
  const problem = principals.find((principal) => typeof principal === 'string')
  if (problem !== undefined) return problem
  const named = principals.filter((principal) => typeof principal !== 'string')
  const signers = named.map((principal) => ({ line, principal, key, ...options }))
  return { blob: fields.key, certAuthority, signers }
}

interface ParsedLine {
  readonly blob: string
  readonly certAuthority: boolean
  readonly signers: readonly AllowedSigner[]
}

/**
 * A list of emails. OpenSSH takes patterns here; one `*` lets any key holder be anybody, so each
 * principal must be a name.
 */
function readPrincipals(text: string): readonly [string, ...string[]] | string {
  const [first = '', ...others] = text.split(',')
  const names = [first, ...others] as const
  if (names.length > MAX_PRINCIPALS) return `has more than ${MAX_PRINCIPALS} principals`
  const pattern = names.find((name) => /[*?!]/.test(name))
  if (pattern !== undefined) {
    return `the principal ${JSON.stringify(pattern)} is a pattern; name each email in full`
  }
  const odd = names.find((name) => name === '' || /[\p{Cc}\p{Cf}\s<>"]/u.test(name))
  return odd === undefined ? names : `the principal ${JSON.stringify(odd)} is no email`
}

/** The principal whom the policy declares for these emails; a line does not make them sign for more. */
function ownerOf(
  committers: readonly [string, ...string[]],
  declared: ReadonlyMap<string, Principal>,
): Principal | string {
  const owners = new Set(committers.map((email) => declared.get(email)))
  const [owner] = owners
  if (owners.size > 1) return 'the emails are not all those of one principal of the policy'
  return { name: owner?.name ?? committers[0], role: owner?.role ?? 'person', committers }
}
