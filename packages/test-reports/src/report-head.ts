/** How much of a report is looked at to tell its format. */
export const HEAD_BYTES = 64 * 1024

/** The beginning of a report, as far as it tells the format. */
export type ReportHead =
  | { readonly kind: 'xml'; readonly root: string; readonly doctype: boolean }
  | { readonly kind: 'json'; readonly keys: ReadonlySet<string> }
  | { readonly kind: 'text'; readonly firstLine: string }

/**
 * What the first bytes say. Never judges them: a reader does that with the same bytes. A byte order
 * mark is passed over in front of XML only, as XML 1.0 (appendix F) has it; RFC 8259 (8.1) forbids one
 * in front of JSON.
 */
export function readHead(bytes: Buffer): ReportHead {
  const text = bytes.toString('utf8')
  const xml = text.replace(/^\uFEFF/, '').trimStart()
  if (xml.startsWith('<')) return readXmlHead(xml)
  const json = text.trimStart()
  if (json.startsWith('{') || json.startsWith('['))
    return { kind: 'json', keys: keysOfFirstValue(json) }
  return { kind: 'text', firstLine: firstLineOf(text) }
}

const PROLOG = /^(?:\s+|<\?[^?]*\?>|<!--[^]*?-->)/
const ROOT = /^<([^\s<>/!?"'=]+)[\s/>]/

function readXmlHead(text: string): ReportHead {
  let rest = text
  for (let found = PROLOG.exec(rest); found; found = PROLOG.exec(rest))
    rest = rest.slice(found[0].length)
  return { kind: 'xml', root: ROOT.exec(rest)?.[1] ?? '', doctype: /^<!doctype/i.test(rest) }
}

/** The first line that says anything: neither empty nor a comment of TAP. */
const firstLineOf = (text: string): string =>
  text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''

const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)"|[{}[\]:]/gs
/** Keys deeper than this say nothing of the format. */
const DEEPEST = 3

/** An object or array that is open: where it stands in its parent, and the key that is read now. */
interface OpenValue {
  readonly path: string
  readonly isArray: boolean
  key: string
}

/**
 * The keys of the first JSON value as paths such as `stats.tests` or `[].keyword`, as far as the text
 * goes. What follows on the next line, as in reports of one object a line, is not looked at.
 */
function keysOfFirstValue(text: string): ReadonlySet<string> {
  const keys = new Set<string>()
  const open: OpenValue[] = []
  let last = ''
  for (const [token, string] of text.matchAll(TOKEN)) {
    const inner = open.at(-1)
    if (string !== undefined) last = string
    else if (token === '{' || token === '[') open.push(openValue(token === '[', inner))
    else if (token !== ':') {
      open.pop()
      if (open.length === 0) break
    } else if (inner !== undefined) {
      inner.key = last
      if (open.length <= DEEPEST) keys.add(join(inner.path, last))
    }
  }
  return keys
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function openValue(isArray: boolean, inner: OpenValue | undefined): OpenValue {
  const path = inner === undefined ? '' : join(inner.path, inner.isArray ? '[]' : inner.key)
  return { path, isArray, key: '' }
}
