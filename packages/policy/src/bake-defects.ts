import { parseDuration } from '@bulkhead/vocabulary'
import type { EnvironmentForm } from './environment-form.ts'
import { fraction } from './fraction.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** Times and rates of a bake and of its health checks that contradict each other. */
export function bakeDefects(place: YamlPath, bake: EnvironmentForm['bake']): readonly Defect[] {
  const falseAlarm = fraction(bake['false-alarm'])
  const power = fraction(bake.power)
  const defects: Defect[] = []
  if (fraction(bake['detect-error-rate']) <= fraction(bake['baseline-error-rate'])) {
    defects.push(order(place, ['detect-error-rate', 'baseline-error-rate'], 'must be above'))
  }
  if (falseAlarm === 0)
    defects.push(impossible([...place, 'false-alarm'], 'above 0%', 'false-alarm: 1%'))
  if (power === 1) defects.push(impossible([...place, 'power'], 'below 100%', 'power: 95%'))
  if (power <= falseAlarm) defects.push(order(place, ['power', 'false-alarm'], 'must be above'))
  if (millis(bake.floor) > millis(bake.deadline)) {
    defects.push(order(place, ['floor', 'deadline'], 'must not be longer than'))
  }
  return defects
}

/** A target is asked more often than it takes until it has failed. */
export function healthDefects(at: YamlPath, target: EnvironmentForm['target']): readonly Defect[] {
  if (!('health' in target) || millis(target.health.interval) <= millis(target.health.deadline))
    return []
  return [order([...at, 'health'], ['interval', 'deadline'], 'must not be longer than')]
}

const order = (
  place: YamlPath,
  [key, other]: readonly [string, string],
  relation: string,
): Defect => ({
  code: 'policy/inconsistent',
  path: [...place, key],
  part: 'value',
  message: `${showPath([...place, key])} ${relation} \`${other}\``,
  remedy: `Change \`${key}\` or \`${other}\`.`,
  other: [...place, other],
})

const impossible = (place: YamlPath, bound: string, example: string): Defect => ({
  code: 'policy/invalid-value',
  path: place,
  part: 'value',
  message: `${showPath(place)} must be ${bound}: no finite number of requests gives certainty`,
  remedy: `Change it, for example to \`${example}\`.`,
})

const millis = (text: string): number => parseDuration(text) ?? 0
