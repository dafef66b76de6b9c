import type { Finding } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { crossFieldDefects } from './cross-field.ts'
import { formDefects } from './form-defects.ts'
import { POLICY_PATH } from './named-files.ts'
import { policyOfForm } from './policy-of-form.ts'
import type { Policy } from './policy.ts'
import { policyForm } from './schema.ts'
import { withoutUnknownKeys } from './schema-walk.ts'
import { soundParts } from './sound-parts.ts'
import { type Defect, type YamlPart, type YamlPath, cut } from './yaml-path.ts'
import { type YamlSource, readYaml } from './yaml-source.ts'

/** More than anybody reads at once; a file of nothing but mistakes must not fill the log. */
const MOST_FINDINGS = 100

/** A policy that may be used, or all the reasons why there is none. Never both, never an exception. */
export type PolicyParse =
  | {
      readonly ok: true
      readonly policy: Policy
      /** `FILE:LINE:COLUMN` of a key or value, for findings about what the policy names. */
      readonly locate: (path: YamlPath, part: YamlPart) => string
    }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Parses `bulkhead.yml`, version 1, strictly: UTF-8, at most 256 KiB, one YAML 1.2 document without
 * anchors, aliases, tags or merge keys, every key known, every value checked, no contradictions.
 *
 * @param fileName Stands before `:LINE:COLUMN` in the subjects of findings.
 */
export function parsePolicy(
  source: string | Uint8Array,
  fileName: string = POLICY_PATH,
): PolicyParse {
  const yaml = readYaml(source)
  const locate = (path: YamlPath, part: YamlPart) => `${fileName}:${yaml.locate(path, part)}`
  if (yaml.defects.length > 0)
    return { ok: false, findings: limited(sourceFindings(yaml, fileName)) }
  const { known, defects: unknownKeys } = withoutUnknownKeys(policyForm, yaml.data)
  const others = [
    ...formDefects(policyForm, known, yaml.data),
    ...crossFieldDefects(soundParts(known)),
  ]
  const defects = [...unknownKeys, ...others.filter((defect) => !followsFrom(unknownKeys, defect))]
  const parsed = v.safeParse(policyForm, known)
  if (parsed.success && defects.length === 0)
    return { ok: true, policy: policyOfForm(parsed.output), locate }
  return { ok: false, findings: limited(defects.map((defect) => findingOf(defect, locate))) }
}

const sourceFindings = (yaml: YamlSource, fileName: string): readonly Finding[] =>
  yaml.defects.map(({ code, offset, message, remedy }) => ({
    code,
    subject: `${fileName}:${yaml.position(offset)}`,
    message: cut(message, 400),
    remedy,
  }))

/** Whether mending an unknown key beside or in it mends this too: one slip gives one finding. */
const followsFrom = (unknownKeys: readonly Defect[], defect: Defect): boolean =>
  unknownKeys.some(
    ({ path, key }) =>
      samePath(path.slice(0, -1), defect.path) &&
      (defect.code === 'policy/invalid-value' || defect.key === key),
  )

const samePath = (a: YamlPath, b: YamlPath): boolean =>
  a.length === b.length && a.every((step, index) => step === b[index])

/** A defect with line and column. */
export function findingOf(
  defect: Defect,
  locate: (path: YamlPath, part: YamlPart) => string,
): Finding {
  const other = defect.other === undefined ? '' : ` (see ${locate(defect.other, 'value')})`
  return {
    code: defect.code,
    subject: locate(defect.path, defect.part),
    message: `${defect.message}${other}`,
    remedy: defect.remedy,
  }
}

/** In the order of the file, and not without end. */
function limited(findings: readonly Finding[]): readonly Finding[] {
  const place = ({ subject }: Finding) => {
    const [line, column] = subject.split(':').slice(-2).map(Number)
    return (line ?? 0) * 1_000_000 + (column ?? 0)
  }
  const sorted = [...findings].sort((a, b) => place(a) - place(b))
  const last = sorted[MOST_FINDINGS]
  if (last === undefined) return sorted
  const more = `${sorted.length - MOST_FINDINGS} more findings are not shown`
  return [
    ...sorted.slice(0, MOST_FINDINGS),
    { ...last, message: more, remedy: 'Mend those above first.' },
  ]
}
