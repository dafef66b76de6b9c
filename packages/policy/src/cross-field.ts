import { analysisDefects } from './analysis-defects.ts'
import { bakeDefects, healthDefects } from './bake-defects.ts'
import { capacityDefects } from './capacity-defects.ts'
import { keyDefects } from './key-defects.ts'
import { POLICY_PATH, namedFiles } from './named-files.ts'
import { type NamedPlace, repeated } from './repeated.ts'
import { scheduleDefects } from './schedule-defects.ts'
import { signerDefects } from './signer-defects.ts'
import type { SoundParts, SoundSuite } from './sound-parts.ts'
import { targetDefects } from './target-defects.ts'
import { unknownName } from './unknown-name.ts'
import type { Defect, YamlPath } from './yaml-path.ts'

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
