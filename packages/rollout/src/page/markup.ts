/** HTML or SVG that may be put on a page as it is. Only {@link html} makes it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | readonly Markup[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text from outside; control characters would make the page ill-formed. */
const escapeText = (text: string): string =>
  text
    .replace(/[^\P{Cc}\n\t]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

/** A template in which everything put in is escaped, unless it is markup already: safe by default. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const shown = parts.map((part) => {
    if (part instanceof Markup) return part.text
    if (typeof part === 'string') return escapeText(part)
    if (typeof part === 'number') return escapeText(String(Math.round(part * 100) / 100))
    return part.map((each) => each.text).join('')
  })
  return new Markup(strings.map((text, at) => text + (shown[at] ?? '')).join(''))
}

export const nothing = new Markup('')
