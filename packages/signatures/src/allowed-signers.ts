import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { Reading } from './refusal.ts'
import { type SignerFields, splitSignerLine } from './signer-line.ts'
import { type SignerOptions, readSignerOptions } from './signer-options.ts'
import { type SshKey, readSshKey } from './ssh-key.ts'
import { WireReader } from './wire-reader.ts'

/** One line of allowed_signers: a key, and for whom, for what and when it may sign. */
export interface AllowedSigner extends SignerOptions {
  /** Line in the file, from 1. */
  readonly line: number
  /** Emails of committers, compared exactly. */
  readonly principals: readonly string[]
  /** The key, or why signatures by it are not accepted (weak, or of a kind not verified). */
  readonly key: Reading<SshKey>
}

/** The allowed signers of a trusted ref. */
export interface AllowedSigners {
  readonly path: string
  /** By the base64 of the key's blob. One key may stand on several lines. */
  readonly byKey: ReadonlyMap<string, readonly AllowedSigner[]>
}

const MAX_FILE = 1024 * 1024
const MAX_PRINCIPALS = 64
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses git's allowed_signers (ssh-keygen(1), ALLOWED SIGNERS), strictly: what cannot be honoured in
 * full is an error, since a skipped line is a rule that nobody sees missing.
 * @param path how the file is called in findings
 * @throws InputError `policy/invalid-file` or `policy/too-large`, all faults at once, each by line
 */
export function parseAllowedSigners(bytes: Uint8Array, path: string): AllowedSigners {
  const byKey = new Map<string, AllowedSigner[]>()
  const faults: Finding[] = []
  for (const [index, text] of linesOf(bytes, path).entries()) {
    const line = text.replace(/\r$/, '')
    if (/^[ \t]*(?:#|$)/.test(line)) continue
    const parsed = parseLine(line, index + 1)
    if (typeof parsed === 'string') faults.push(fault(`${path}:${index + 1}`, parsed))
    else byKey.set(parsed.blob, [...(byKey.get(parsed.blob) ?? []), parsed.signer])
  }
  if (faults.length > 0) throw new InputError(faults)
  if (byKey.size === 0) throw new InputError(fault(path, 'names nobody, so no commit could pass'))
  return { path, byKey }
}

function linesOf(bytes: Uint8Array, path: string): readonly string[] {
  if (bytes.length > MAX_FILE) {
    const message = `has ${bytes.length} bytes; more than ${MAX_FILE} are not read`
    const remedy = 'keep one line a key'
    throw new InputError({ code: 'policy/too-large', subject: path, message, remedy })
  }
  if (bytes.includes(0)) throw new InputError(fault(path, 'contains a NUL byte'))
  try {
    return decoder.decode(bytes).split('\n')
  } catch (cause) {
    throw new InputError(fault(path, 'is not UTF-8'), { cause })
  }
}

function parseLine(
  text: string,
  line: number,
): { readonly blob: string; readonly signer: AllowedSigner } | string {
  const fields = splitSignerLine(text)
  if (fields === undefined) return 'is not `principals [options] keytype base64-key [comment]`'
  const principals = readPrincipals(fields.principals)
  if (typeof principals === 'string') return principals
  const options = readSignerOptions(fields.options)
  if (typeof options === 'string') return options
  const key = readKey(fields)
  if (typeof key === 'string') return key
  return { blob: fields.key, signer: { line, principals, key, ...options } }
}

/**
 * A list of emails. OpenSSH takes patterns here; one `*` lets any key holder be anybody, so each
 * principal must be a name.
 */
function readPrincipals(text: string): readonly string[] | string {
  const names = text.split(',')
  if (names.length > MAX_PRINCIPALS) return `has more than ${MAX_PRINCIPALS} principals`
  const pattern = names.find((name) => /[*?!]/.test(name))
  if (pattern !== undefined) {
    return `the principal ${JSON.stringify(pattern)} is a pattern; name each email in full`
  }
  const odd = names.find((name) => name === '' || /[\p{Cc}\p{Cf}\s<>"]/u.test(name))
  return odd === undefined ? names : `the principal ${JSON.stringify(odd)} is no email`
}

function readKey({ keyType, key }: SignerFields): Reading<SshKey> | string {
  const blob = Buffer.from(key, 'base64')
  if (blob.length === 0 || blob.toString('base64') !== key) return 'the key is not plain base64'
  if (new WireReader(blob).name() !== keyType) return `the key is not of the type ${keyType}`
  const parsed = readSshKey(blob)
  const broken = parsed.kind === 'refused' && parsed.refusal.code === 'signature/malformed'
  return broken ? 'the key cannot be read' : parsed
}

const fault = (subject: string, message: string): Finding => ({
  code: 'policy/invalid-file',
  subject,
  message,
  remedy: 'write one line a key: `EMAIL namespaces="git" ssh-ed25519 AAAA…` (from the .pub file)',
})
