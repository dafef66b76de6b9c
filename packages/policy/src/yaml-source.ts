import { LineCounter, type YAMLError, parseDocument } from 'yaml'
import type { SourceDefect } from './source-defect.ts'
import { type PlacedTree, readTree } from './yaml-tree.ts'
import type { YamlPart, YamlPath } from './yaml-path.ts'

/** Far above any honest policy; bounds everything that is done with one. */
const MOST_POLICY_BYTES = 256 * 1024

/** Plain data out of YAML, with where each key and value stands. */
export interface YamlSource {
  readonly data: unknown
  readonly defects: readonly SourceDefect[]
  /** `LINE:COLUMN`, both from 1, of an offset. */
  position(offset: number): string
  /** The same of a key or value; of the nearest thing around it when it is not there. */
  locate(path: YamlPath, part: YamlPart): string
}

/** Controls (but tab and line ends) and bidi controls: they make a reviewer see another text. */
const UNPRINTABLE = /(?![\t\n\r\u0085])[\p{Cc}\p{Bidi_Control}]/u

/**
 * Reads YAML 1.2 (core schema) as far as a policy needs it. Anchors, aliases, tags, merge keys,
 * directives and several documents are defects: they let the reviewed text mean something else.
 * Never throws.
 */
export function readYaml(source: string | Uint8Array): YamlSource {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength
  if (size > MOST_POLICY_BYTES) return refused(tooLarge(size))
  const text = typeof source === 'string' ? source.replace(/^\ufeff/, '') : decode(source)
  if (text === undefined) return refused(notUtf8)
  const hidden = text.search(UNPRINTABLE)
  const lines = new LineCounter()
  const { tree, defects } = compose(text, lines)
  return {
    data: tree.value,
    defects: hidden < 0 ? defects : [unprintable(text, hidden), ...defects],
    position: (offset) => show(lines, offset),
    locate: (path, part) => show(lines, offsetOf(tree, path, part)),
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const EMPTY: PlacedTree = { value: undefined, offset: 0, keyOffset: undefined, children: new Map() }

function compose(
  text: string,
  lineCounter: LineCounter,
): { tree: PlacedTree; defects: SourceDefect[] } {
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      stringKeys: true,
      // Ours is linear in the number of keys; the library compares every pair.
      uniqueKeys: false,
      prettyErrors: false,
      // `silent` would also silence the error about a second document.
      logLevel: 'error',
      lineCounter,
    })
    const directives = document.directives?.yaml.explicit === true || text.startsWith('%')
    if (document.errors.some((error) => OUT_OF_STACK.test(error.message))) {
      return { tree: EMPTY, defects: [tooDeep] }
    }
    const { tree, defects } = readTree(document.contents)
    return {
      tree,
      defects: [
        ...(directives ? [directiveDefect(text)] : []),
        ...document.errors.map(syntaxDefect),
        ...defects,
      ],
    }
  } catch {
    // The library's recursion ran out of stack, or it has a bug: either way this is no policy.
    return { tree: EMPTY, defects: [tooDeep] }
  }
}

/** The library catches its own overflow and reports it as a syntax error, hundreds of times. */
const OUT_OF_STACK = /call stack/i

const tooDeep: SourceDefect = {
  code: 'policy/not-yaml',
  offset: 0,
  message: 'the YAML is nested too deeply to be read',
  remedy: 'Write the policy with the keys that the format has.',
}

function syntaxDefect(error: YAMLError): SourceDefect {
  const several = error.code === 'MULTIPLE_DOCS'
  return {
    code: several ? 'policy/unsupported-yaml' : 'policy/not-yaml',
    offset: error.pos[0],
    message: several
      ? 'a second YAML document starts here'
      : `not well-formed YAML: ${error.message}`,
    remedy: several
      ? 'Keep one document: remove this line and everything after it, or join the two.'
      : 'Mend the YAML at this line and column; an editor with YAML support marks the same place.',
  }
}

const directiveDefect = (text: string): SourceDefect => ({
  code: 'policy/unsupported-yaml',
  offset: Math.max(0, text.search(/^%/m)),
  message: 'a YAML directive (a line that starts with %) changes how the rest is read',
  remedy: 'Remove the directive; the policy is YAML 1.2.',
})

const unprintable = (text: string, offset: number): SourceDefect => ({
  code: 'policy/not-yaml',
  offset,
  message: `an unprintable character, U+${text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0')}, hides what the text says`,
  remedy: 'Remove the character.',
})

const tooLarge = (size: number): SourceDefect => ({
  code: 'policy/too-large',
  offset: 0,
  message: `the policy has ${size} bytes; at most ${MOST_POLICY_BYTES} are read`,
  remedy: 'Make the policy smaller.',
})

const notUtf8: SourceDefect = {
  code: 'policy/not-yaml',
  offset: 0,
  message: 'the file is not UTF-8',
  remedy: 'Save the file as UTF-8.',
}

const refused = (defect: SourceDefect): YamlSource => ({
  data: undefined,
  defects: [defect],
  position: () => '1:1',
  locate: () => '1:1',
})

function show(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return line === 0 ? `1:${offset + 1}` : `${line}:${col}`
}

function offsetOf(tree: PlacedTree, path: YamlPath, part: YamlPart): number {
  let node = tree
  for (const step of path) {
    const child = node.children.get(step)
    if (child === undefined) return node.keyOffset ?? node.offset
    node = child
  }
  // An empty value has no place of its own that anybody could see.
  const atKey = part === 'key' || node.value === null
  return atKey ? (node.keyOffset ?? node.offset) : node.offset
}
