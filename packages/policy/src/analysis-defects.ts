import type { AnalysisForm } from './analysis-form.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** What contradicts each other in an analysis whose own form is right. */
export function analysisDefects(place: YamlPath, form: AnalysisForm): readonly Defect[] {
  return Object.entries(form.metrics).flatMap(([name, metric]): readonly Defect[] => {
    const at = [...place, 'metrics', name]
    if (metric.kind !== 'probe') return form.source === undefined ? [withoutSource(place, at)] : []
    return metric.required > metric.tries ? [moreThanTries([...at, 'required'])] : []
  })
}

const withoutSource = (place: YamlPath, at: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: at,
  part: 'key',
  message: `${showPath(at)} reads a metric, and \`${showPath([...place, 'source'])}\` does not say where`,
  remedy: 'Add the `source`, or make it a probe.',
})

const moreThanTries = (at: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: at,
  part: 'value',
  message: `${showPath(at)} must not be above \`tries\`: no release could pass`,
  remedy: 'Lower `required` or raise `tries`.',
})
