/**
 * Letters of other scripts that look like Latin ones in common typefaces (after Unicode TR 39,
 * confusables).
 */
const LOOK_LATIN = new Set(
  'аеорсухіјѕһԁԛԝѵАВЕКМНОРСТХІЈЅУԌοικνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧոսցօᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ',
)
const LATIN = /\p{Script=Latin}/u
const OTHER_ALPHABET =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u
const WORDS = /[\p{L}\p{M}]+/gu

/** What makes a character unfit for an id, in the order in which it is looked for. */
const UNFIT: readonly (readonly [RegExp, string])[] = [
  [/\p{Bidi_Control}/u, 'which changes the direction of text'],
  [/\p{Default_Ignorable_Code_Point}/u, 'which is invisible'],
  [/\p{Cc}/u, 'which is a control character'],
  [/[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u, 'which has no shape of its own'],
  [/[^ \P{Zs}]/u, 'which looks like a space'],
]

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/**
 * Why a text could be mistaken for another: characters that cannot be seen, that are not in Unicode
 * normal form C, or that look like Latin letters among Latin letters.
 *
 * @returns one sentence that names the code point, or undefined when the text is plain
 */
export function confusion(text: string): string | undefined {
  for (const [pattern, why] of UNFIT) {
    const found = pattern.exec(text)
    if (found) return `has ${codePoint(found[0])}, ${why}`
  }
  if (text !== text.trim()) return 'begins or ends with U+0020, a space'
  return denormalised(text) ?? lookalike(text)
}

function denormalised(text: string): string | undefined {
  const normal = text.normalize('NFC')
  if (normal === text) return undefined
  const before = Array.from(text)
  const after = Array.from(normal)
  const index = before.findIndex((character, at) => character !== after[at])
  return `is not in normal form C from ${codePoint(before[index] ?? text)} on`
}

function lookalike(text: string): string | undefined {
  const styled = Array.from(text).find(
    (character) => /[^\p{ASCII}]/u.test(character) && isStyledLatin(character),
  )
  if (styled) return `has ${codePoint(styled)}, which looks like "${styled.normalize('NFKC')}"`
  for (const [word] of text.matchAll(WORDS)) {
    const other = OTHER_ALPHABET.exec(word)
    if (other && LATIN.test(word)) return `has ${codePoint(other[0])} among Latin letters of a word`
  }
  const foreign = Array.from(text).filter((character) => OTHER_ALPHABET.test(character))
  const [first] = foreign
  // A text that is in another alphabet has letters that only this alphabet has; one that has none of
  // them reads as Latin, be it beside Latin letters or alone (TR 39, whole-script confusables).
  if (first && foreign.every((character) => LOOK_LATIN.has(character)))
    return `has ${codePoint(first)}, which looks like a Latin letter`
  return undefined
}

/** Full-width, mathematical and other variants of the ASCII letters and digits. */
const isStyledLatin = (character: string): boolean =>
  /[\p{L}\p{Nd}]/u.test(character) && /^[A-Za-z0-9]+$/.test(character.normalize('NFKC'))
