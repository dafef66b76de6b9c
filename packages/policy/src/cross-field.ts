import { targetDefects } from './target-defects.ts'
import { parseDuration } from '@bulkhead/vocabulary'
import { analysisDefects } from './analysis-defects.ts'
import type { EnvironmentForm } from './environment-form.ts'
import { fraction } from './fraction.ts'
import { keyDefects } from './key-defects.ts'
import { scheduleDefects } from './schedule-defects.ts'
import { POLICY_PATH, namedFiles } from './named-files.ts'
import type { SoundParts, SoundSuite } from './sound-parts.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** What contradicts each other between keys whose own form is right. */
export function crossFieldDefects(parts: SoundParts): readonly Defect[] {
  return [
    ...(mayDemand(parts) ? [] : [nothingDemanded]),
    ...Object.entries(parts.suites).flatMap(([name, suite]) => suiteDefects(name, suite)),
    ...signerDefects(parts),
    ...keyDefects(parts.keys),
    ...sharedFiles(parts),
    ...repeated(reportPlaces(parts), 'a report counts for one suite'),
    ...repeated(
      parts.artifacts.map((path, index) => ({ path, place: ['build', 'artifacts', index] })),
      'an artifact is listed once',
    ),
    ...Object.entries(parts.environments).flatMap(
      ([name, { target, regions, capacity, bake, analysis, schedule, ...order }]) => {
        const at = ['environments', name]
        return [
          ...orderDefects(at, name, order, parts),
          ...(schedule ? scheduleDefects([...at, 'schedule'], schedule) : []),
          ...(target
            ? [
                ...targetDefects([...at, 'target'], target, regions),
                ...healthDefects([...at, 'target'], target),
              ]
            : []),
          ...(regions && capacity ? capacityDefects(at, { regions, capacity }) : []),
          ...(bake ? bakeDefects([...at, 'bake'], bake) : []),
          ...(analysis ? analysisDefects([...at, 'analysis'], analysis) : []),
        ]
      },
    ),
  ]
}

/** An environment follows another one, and ships what is built. */
function orderDefects(
  at: YamlPath,
  name: string,
  {
    after,
    artifact,
  }: { readonly after?: string | undefined; readonly artifact?: string | undefined },
  { environments, artifacts }: SoundParts,
): readonly Defect[] {
  const defects: Defect[] = []
  if (after !== undefined && (after === name || !Object.hasOwn(environments, after)))
    defects.push(
      unknownName([...at, 'after'], after, 'another environment', Object.keys(environments)),
    )
  if (artifact !== undefined && !artifacts.includes(artifact))
    defects.push(unknownName([...at, 'artifact'], artifact, 'one of `build.artifacts`', artifacts))
  return defects
}

const unknownName = (
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

/** Whether anything that was written might be a mandatory suite. */
function mayDemand({ suites }: SoundParts): boolean {
  const all = Object.values(suites)
  return all.length === 0 || all.some(({ mandatory }) => mandatory !== false)
}

const nothingDemanded: Defect = {
  code: 'policy/inconsistent',
  path: ['suites'],
  part: 'key',
  message: 'no suite is mandatory, so this policy could never block an untested release',
  remedy: 'Write `mandatory: true` at one suite at least, and give it an inventory.',
}

function suiteDefects(name: string, suite: SoundSuite): readonly Defect[] {
  if (suite.mandatory !== true || suite.namesInventory) return []
  return [
    {
      code: 'policy/inconsistent',
      path: ['suites', name, 'mandatory'],
      part: 'value',
      message: `suites.${name} is mandatory and has no inventory, so a test could vanish unseen`,
      remedy: `Add \`inventory: .bulkhead/inventory/${name}.json\` to the suite, then run \`bulkhead inventory update --suite ${name}\`.`,
    },
  ]
}

function signerDefects({ namesSigners, signing }: SoundParts): readonly Defect[] {
  const principals = Object.entries(signing.principals)
  const emails = principals.flatMap(([name, { committers }]) =>
    (committers ?? []).map((path, index) => ({
      path,
      place: ['signing', 'principals', name, 'committers', index],
    })),
  )
  const needs = (key: 'x509' | 'gitsign', section: 'x509' | 'sigstore') =>
    signing[section] === undefined
      ? principals
          .filter(([, principal]) => (principal[key] ?? []).length > 0)
          .map(([name]) => withoutTrust(['signing', 'principals', name, key], section))
      : []
  return [
    ...(!namesSigners && principals.length === 0 ? [nobodySigns] : []),
    ...repeated(emails, 'a committer belongs to one principal'),
    ...needs('x509', 'x509'),
    ...needs('gitsign', 'sigstore'),
  ]
}

const nobodySigns: Defect = {
  code: 'policy/missing-key',
  path: [],
  part: 'key',
  key: 'signers',
  message:
    'the key `signers` is missing and `signing.principals` names nobody, so no commit could pass',
  remedy: 'Add it, for example: `signers: .bulkhead/allowed_signers`.',
}

const withoutTrust = (place: YamlPath, section: 'x509' | 'sigstore'): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'key',
  message: `${showPath(place)} names certificates, but \`signing.${section}\` does not say who vouches for them`,
  remedy: `Add \`signing.${section}\`, or remove the key.`,
})

/** One file in two roles: whoever holds the one could act as the other. */
function sharedFiles(parts: SoundParts): readonly Defect[] {
  const files = namedFiles(parts)
  // Several identities may be of one Sigstore instance: its root is nobody's key.
  const roots = new Map(files.map(({ path, role }) => [path, role]))
  const once = files.filter(
    ({ path, role }, index) =>
      role !== 'trusted-root' ||
      roots.get(path) !== role ||
      files.findIndex((file) => file.path === path) === index,
  )
  return repeated(
    [{ path: POLICY_PATH, place: [] }, ...once],
    'a file that the policy names has one use',
  )
}

const reportPlaces = (parts: SoundParts): readonly NamedPlace[] =>
  Object.entries(parts.suites).flatMap(([name, { reports }]) =>
    (reports ?? []).map((path, index) => ({ path, place: ['suites', name, 'reports', index] })),
  )

interface NamedPlace {
  readonly path: string
  readonly place: YamlPath
}

function repeated(places: readonly NamedPlace[], why: string): readonly Defect[] {
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

function healthDefects(at: YamlPath, target: EnvironmentForm['target']): readonly Defect[] {
  if (!('health' in target) || millis(target.health.interval) <= millis(target.health.deadline))
    return []
  return [order([...at, 'health'], ['interval', 'deadline'], 'must not be longer than')]
}

function capacityDefects(
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

function bakeDefects(place: YamlPath, bake: EnvironmentForm['bake']): readonly Defect[] {
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
