import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** A name or path, and where in the policy it stands. */
export interface NamedPlace {
  readonly path: string
  readonly place: YamlPath
}

/** What stands in two places and may stand in one only. */
export function repeated(places: readonly NamedPlace[], why: string): readonly Defect[] {
  const first = new Map<string, YamlPath>()
  const defects: Defect[] = []
  for (const { path, place } of places) {
    const earlier = first.get(path)
    if (earlier === undefined) first.set(path, place)
    else {
      defects.push({
        code: 'policy/inconsistent',
        path: place,
        part: 'value',
        message: `${showPath(place)}: ${JSON.stringify(path)} stands at ${showPath(earlier)} already; ${why}`,
        remedy: 'Name another file in one of the two places, or remove one of them.',
        other: earlier,
      })
    }
  }
  return defects
}
