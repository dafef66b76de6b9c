import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** A key that names something which the policy does not have. */
export const unknownName = (
  place: YamlPath,
  found: string,
  wanted: string,
  known: readonly string[],
): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'value',
  message: `${showPath(place)} names ${JSON.stringify(found)}, which is not ${wanted}`,
  remedy: `Name one of: ${known.join(', ')}.`,
})
