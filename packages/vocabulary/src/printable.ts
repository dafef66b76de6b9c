// Control characters, line and paragraph separators, bidirectional controls and other invisible
// format characters: with them, text from a commit or a report could repaint a terminal or hide.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** Text from outside as one harmless visible line: every unsafe character becomes `\u{HEX}`. */
export function printable(text: string, maxLength = 2_000): string {
  const visible = text.replaceAll(UNSAFE, (character) => {
    if (character === '\n') return ' ⏎ '
    if (character === '\t') return ' '
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
  return visible.length > maxLength ? `${visible.slice(0, maxLength)}…` : visible
}

/**
 * JSON for a screen or a file that may end on one. The same unsafe characters are written as `\uXXXX`,
 * so whoever parses it reads what there was.
 */
export const printableJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, undefined, indent).replaceAll(UNSAFE, (character) =>
    // JSON.stringify escapes those of a text itself: what stands there ends a line of the layout.
    character === '\n' ? character : escaped(character),
  )

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
