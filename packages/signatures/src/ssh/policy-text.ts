import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { Reading } from '../refusal.ts'
import { type SshKey, readSshKey } from './ssh-key.ts'
import { WireReader } from './wire-reader.ts'

/** How the files of the policy that name keys are called, and how they are mended. */
export interface PolicyText {
  readonly path: string
  readonly remedy: string
}

const MAX_FILE = 1024 * 1024
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A fault in a file of the policy; `line` counts from 1. */
export const faultIn = ({ path, remedy }: PolicyText, message: string, line?: number): Finding => ({
  code: 'policy/invalid-file',
  subject: line === undefined ? path : `${path}:${line}`,
  message,
  remedy,
})

/** @throws InputError `policy/too-large` above 1 MiB */
export function limitSize(bytes: Uint8Array, path: string): void {
  if (bytes.length <= MAX_FILE) return
  const message = `has ${bytes.length} bytes; more than ${MAX_FILE} are not read`
  const remedy = 'keep one line a key'
  throw new InputError({ code: 'policy/too-large', subject: path, message, remedy })
}

/**
 * The lines that say something, with their numbers; comments and blank lines are passed over.
 * @throws InputError `policy/invalid-file` or `policy/too-large`
 */
export function readLines(
  bytes: Uint8Array,
  file: PolicyText,
): readonly { readonly number: number; readonly text: string }[] {
  limitSize(bytes, file.path)
  if (bytes.includes(0)) throw new InputError(faultIn(file, 'contains a NUL byte'))
  return decode(bytes, file)
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line.replace(/\r$/, '') }))
    .filter(({ text }) => !/^[ \t]*(?:#|$)/.test(text))
}

function decode(bytes: Uint8Array, file: PolicyText): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new InputError(faultIn(file, 'is not UTF-8'), { cause })
  }
}

/** A key as `.pub` files write it. Answers with a sentence when it is none. */
export function readKeyText(keyType: string, key: string): Reading<SshKey> | string {
  const blob = Buffer.from(key, 'base64')
  if (blob.length === 0 || blob.toString('base64') !== key) return 'the key is not plain base64'
  if (new WireReader(blob).name() !== keyType) return `the key is not of the type ${keyType}`
  const parsed = readSshKey(blob)
  const broken = parsed.kind === 'refused' && parsed.refusal.code === 'signature/malformed'
  return broken ? 'the key cannot be read' : parsed
}
