import { readFileSync } from 'node:fs'

/** Every `yaml` block of the package's README, in order: the first one has every key. */
export const documentedPolicies: readonly string[] = [
  ...readFileSync(new URL('../README.md', import.meta.url), 'utf8').matchAll(
    /^```yaml\n(.*?)^```$/gms,
  ),
].map(([, text]) => text ?? '')

/** The policy with every key, and one edit that must find its place. */
export function exampleWith(edit?: { readonly from: string; readonly to: string }): string {
  const [text] = documentedPolicies
  if (text === undefined) throw new Error('the README has no yaml block')
  if (edit === undefined) return text
  if (!text.includes(edit.from)) throw new Error(`the example has no ${edit.from}`)
  return text.replace(edit.from, () => edit.to)
}

/** `LINE:COLUMN` of the first place of `needle` in `text`, counted without the code under test. */
export function positionOf(text: string, needle: string): string {
  const before = text.slice(0, text.indexOf(needle)).split('\n')
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`
}
