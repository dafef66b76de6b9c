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
