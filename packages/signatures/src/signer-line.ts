/** One line of allowed_signers cut into its fields; what they mean is judged elsewhere. */
export interface SignerFields {
  readonly principals: string
  /** Empty when the line has none. */
  readonly options: string
  readonly keyType: string
  readonly key: string
}

/** Options begin with one of these words; a key type never does. */
const OPTION_START = /^(?:cert-authority|namespaces|valid-after|valid-before|[a-z0-9-]+=)/i
const BLANK = /^[ \t]+/

/**
 * `principals [options] keytype base64-key [comment]`, as ssh-keygen(1) says under ALLOWED SIGNERS.
 * Undefined when a field is missing or a quote does not end.
 */
export function splitSignerLine(line: string): SignerFields | undefined {
  const first = takePrincipals(line)
  if (first === undefined) return undefined
  const second = takeField(first.rest)
  if (second === undefined) return undefined
  const hasOptions = OPTION_START.test(second.field)
  const third = hasOptions ? takeField(second.rest) : second
  const fourth = third === undefined ? undefined : takeField(third.rest)
  if (third === undefined || fourth === undefined) return undefined
  return {
    principals: first.field,
    options: hasOptions ? second.field : '',
    keyType: third.field,
    key: fourth.field,
  }
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
