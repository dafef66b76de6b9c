import type { EnvironmentForm } from './environment-form.ts'
import { unknownName } from './unknown-name.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** More must not be required than there is, and what gives up a zone's loss says so. */
export function capacityDefects(
  at: YamlPath,
  { regions, capacity }: Pick<EnvironmentForm, 'regions' | 'capacity'>,
): readonly Defect[] {
  const place = [...at, 'capacity']
  const units = Object.values(regions)
    .flatMap((zones) => Object.values(zones))
    .reduce((sum, count) => sum + count, 0)
  const strangers = Object.keys(capacity['required-in'] ?? {}).filter(
    (name) => !Object.hasOwn(regions, name),
  )
  return [
    ...(capacity.required > units
      ? [tooMuch([...place, 'required'], capacity.required, units, at)]
      : []),
    ...strangers.map((name) =>
      unknownName([...place, 'required-in', name], name, 'a region', Object.keys(regions)),
    ),
    ...zoneDefects(at, regions, capacity),
  ]
}

const tooMuch = (place: YamlPath, required: number, units: number, at: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'value',
  message: `${showPath(place)} wants ${required} healthy units of a fleet of ${units}`,
  remedy: `Lower \`required\` to ${units} or less, or add units to the zones.`,
  other: [...at, 'regions'],
})

/** A region of one zone cannot survive its loss: that is declared, or it is a mistake. */
function zoneDefects(
  at: YamlPath,
  regions: EnvironmentForm['regions'],
  { zones }: EnvironmentForm['capacity'],
): readonly Defect[] {
  const alone = Object.keys(regions).filter((name) => Object.keys(regions[name] ?? {}).length === 1)
  const [first] = alone
  if ((first === undefined) === (zones === undefined)) return []
  return [
    first === undefined
      ? {
          code: 'policy/inconsistent',
          path: [...at, 'capacity', 'zones'],
          part: 'value',
          message: `${showPath([...at, 'capacity', 'zones'])} gives up surviving a zone, but every region has several`,
          remedy: 'Remove the key `zones`.',
          other: [...at, 'regions'],
        }
      : {
          code: 'policy/inconsistent',
          path: [...at, 'regions', first],
          part: 'key',
          message: `${showPath([...at, 'regions', first])} has one zone only, so the loss of a zone cannot be survived`,
          remedy: 'Add a zone, or declare it: `capacity: { required: N, zones: 1 }`.',
          other: [...at, 'capacity'],
        },
  ]
}
