/** One line of allowed_signers cut into its fields; what they mean is judged elsewhere. */
export interface SignerFields {
  readonly principals: string
  /** Empty when the line has none. */
  readonly options: string
  readonly keyType: string
  readonly key: string
}

const OPTION = /^(?:cert-authority|[a-z0-9-]+=)/i
/** Every key blob begins with the length of its type, four bytes of which three are zero. */
const KEY_START = 'AAAA'
const BLANK = /^[ \t]+/

/**
 * `principals [options] keytype base64-key [comment]`, as ssh-keygen(1) says under ALLOWED SIGNERS.
 * Undefined when a field is missing or a quote does not end.
 */
export function splitSignerLine(line: string): SignerFields | undefined {
  const first = takePrincipals(line)
  if (first === undefined) return undefined
  const fields = takeFields(first.rest, 3)
  const [second, third] = fields
  if (second === undefined || third === undefined) return undefined
  const hasOptions = OPTION.test(second) || !third.startsWith(KEY_START)
  const [keyType, key] = fields.slice(hasOptions ? 1 : 0)
  if (keyType === undefined || key === undefined) return undefined
  return { principals: first.field, options: hasOptions ? second : '', keyType, key }
}

function takeFields(text: string, count: number): readonly string[] {
  const taken = count === 0 ? undefined : takeField(text)
  return taken === undefined ? [] : [taken.field, ...takeFields(taken.rest, count - 1)]
}

interface Taken {
  readonly field: string
  readonly rest: string
}

/** The list of principals may be quoted as a whole. */
function takePrincipals(line: string): Taken | undefined {
  if (!line.startsWith('"')) return takeField(line)
  const end = line.indexOf('"', 1)
  const rest = line.slice(end + 1)
  return end > 1 && BLANK.test(rest) ? { field: line.slice(1, end), rest } : undefined
}

/** Up to the next blank outside of quotes. */
function takeField(text: string): Taken | undefined {
  const trimmed = text.replace(BLANK, '')
  const field = /^(?:[^ \t"]|"[^"]*")+/.exec(trimmed)?.[0]
  if (field === undefined) return undefined
  const rest = trimmed.slice(field.length)
  return rest === '' || BLANK.test(rest) ? { field, rest } : undefined
}
