import type { CommitSignature } from '../commit/commit-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { emailIn, utf8 } from '../identity.ts'
import { ARMORS } from '../signature-format.ts'

/** An annotated tag, read strictly, with its signature set apart from what is signed. */
export interface TagObject {
  /** Id of the object that it names. */
  readonly object: string
  /** What it says that object is. */
  readonly type: 'commit' | 'tree' | 'blob' | 'tag'
  /** What it calls itself, without `refs/tags/`; undefined when its bytes are not UTF-8. */
  readonly name: string | undefined
  /** Email of the tagger; undefined when its bytes are not UTF-8, so that nobody can match it. */
  readonly tagger: string | undefined
  readonly signature: CommitSignature | undefined
}

/**
 * All headers that git writes, each once and in this order. A further header would be shown by no
 * tool, and a tag without tagger is nobody's.
 */
const HEADERS =
  /^object ([0-9a-f]+)\ntype (commit|tree|blob|tag)\ntag ([^\n]+)\ntagger ([^\n]+)\n(?=\n)/
const ID_LENGTH = { sha1: 40, sha256: 64 } as const
const MAX_HEADERS = 16 * 1024

/**
 * Reads raw tag bytes by the form that git writes. Unlike that of a commit, the signature of a tag
 * stands at the end of its message, and signs all before it (gitformat-signature(5)).
 */
export function readTag(bytes: Buffer, objectFormat: 'sha1' | 'sha256'): Reading<TagObject> {
  if (bytes.includes(0)) return malformed('contains a NUL byte')
  const headers = HEADERS.exec(bytes.toString('latin1', 0, MAX_HEADERS))
  const [, object = '', type = '', name = '', who = ''] = headers ?? []
  if (headers === null || !isType(type)) return malformed('does not have the headers of a tag')
  if (object.length !== ID_LENGTH[objectFormat]) return malformed('names no object')
  const tagger = emailIn(who)
  if (tagger === undefined) return malformed('has no well-formed tagger')
  const signature = readSignature(bytes, headers[0].length)
  if (signature.kind === 'refused') return signature
  const names = { name: utf8(name), tagger: utf8(tagger) }
  return read({ object, type, ...names, signature: signature.value })
}

/** git takes the last block that begins a line; a block before it would be signed text to one tool. */
function readSignature(bytes: Buffer, from: number): Reading<CommitSignature | undefined> {
  const starts = ARMORS.flatMap(([begin]) => linesThatAre(bytes, from, begin))
  const [start, ...others] = starts
  if (start === undefined) return read(undefined)
  if (others.length > 0) {
    return refuse('signature/multiple', `carries ${starts.length} signatures`)
  }
  const armor = bytes.toString('latin1', start).replace(/\n$/, '')
  return read({ armor, payload: [bytes.subarray(0, start)] })
}

/** Where each line begins that is, or begins with, `text`: git compares the beginning only. */
function linesThatAre(bytes: Buffer, from: number, text: string): readonly number[] {
  const starts: number[] = []
  for (
    let at = bytes.indexOf(`\n${text}`, from);
    at >= 0;
    at = bytes.indexOf(`\n${text}`, at + 1)
  ) {
    starts.push(at + 1)
  }
  return starts
}

const isType = (type: string): type is TagObject['type'] =>
  type === 'commit' || type === 'tree' || type === 'blob' || type === 'tag'

const malformed = (what: string) => refuse('git/malformed-object', what)
