import type { EnvironmentForm } from './environment-form.ts'
import type { TargetForm } from './target-form.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** What is wrong between the keys of a target, and between it and the regions of its environment. */
export function targetDefects(
  at: YamlPath,
  target: TargetForm,
  regions: EnvironmentForm['regions'] | undefined,
): readonly Defect[] {
  switch (target.kind) {
    case 'local':
      return namesArtifact(target.command) ? [] : [sameForEveryRelease([...at, 'command'])]
    case 'haproxy':
      return [
        ...runsFromPath([...at, 'replace'], target.replace),
        ...(target.fence === undefined ? [] : runsFromPath([...at, 'fence'], target.fence)),
        ...(target.spare === undefined ? [] : spareDefects([...at, 'spare'], target, regions)),
        ...(namesRelease(target.replace) ? [] : [sameForEveryRelease([...at, 'replace'])]),
        ...(regions === undefined ? [] : regionDefects(at, target, regions)),
        ...(sharesToken(target, regions) ? [oneTokenForAll([...at, 'fence'])] : []),
      ]
    case 'exec':
      return runsFromPath([...at, 'command'], target.command)
  }
}

const namesArtifact = (words: readonly string[]) =>
  words.some((word) => word.includes('{artifact}'))
const namesRelease = (words: readonly string[]) =>
  words.some((word) => /\{(?:artifact|commit|digest)\}/.test(word))

const sameForEveryRelease = (place: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'value',
  message: `${showPath(place)} never names \`{artifact}\`, so every release would start the same program`,
  remedy: `Put \`{artifact}\` where the path of the artifact belongs, for example \`${String(place.at(-1))}: [node, "{artifact}"]\`.`,
})

/** A program of the work tree would be the judged commit's own, run with the keys of a deploy. */
function runsFromPath(place: YamlPath, [program = '']: readonly string[]): readonly Defect[] {
  if (program.startsWith('/') || !program.includes('/')) return []
  return [
    {
      code: 'policy/invalid-value',
      path: place,
      part: 'value',
      message: `${showPath(place)} runs ${JSON.stringify(program)}, a path that depends on where it is run`,
      remedy: 'Install the program, and name it alone or by an absolute path.',
    },
  ]
}

function regionDefects(
  at: YamlPath,
  { proxies, server }: Extract<TargetForm, { kind: 'haproxy' }>,
  regions: EnvironmentForm['regions'],
): readonly Defect[] {
  const place = [...at, 'proxies']
  const missing = Object.keys(regions).filter((region) => !Object.hasOwn(proxies, region))
  const strange = Object.keys(proxies).filter((region) => !Object.hasOwn(regions, region))
  return [
    ...missing.map((region) =>
      regionDefect(place, `${showPath(place)} names no proxy of ${region}`),
    ),
    ...strange.map((region) =>
      regionDefect(place, `${showPath(place)} names ${region}, which is no region of the fleet`),
    ),
    ...(areApart(server, regions) ? [] : [sameServer([...at, 'server'])]),
  ]
}

/** A spare server of its own for every number in every zone, and none that is a unit's. */
function spareDefects(
  at: YamlPath,
  { server, spare }: Extract<TargetForm, { kind: 'haproxy' }>,
  regions: EnvironmentForm['regions'] = {},
): readonly Defect[] {
  if (spare === undefined) return []
  const several = Object.values(regions).some((zones) => Object.keys(zones).length > 1)
  const apart = spare.server.includes('{number}') && (!several || spare.server.includes('{zone}'))
  return [
    ...runsFromPath([...at, 'retire'], spare.retire),
    ...(apart && spare.server !== server ? [] : [sameSpare([...at, 'server'])]),
  ]
}

const sameSpare = (path: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path,
  part: 'value',
  message: `${showPath(path)} gives several spare servers one name, or a unit's`,
  remedy: 'Name it by zone and number, for example `server: "{zone}-spare-{number}"`.',
})

/** Whether releases in two regions, each under a lease of its own, would shut each other out. */
const sharesToken = (
  { fence }: Extract<TargetForm, { kind: 'haproxy' }>,
  regions: EnvironmentForm['regions'] = {},
): boolean =>
  fence !== undefined &&
  Object.keys(regions).length > 1 &&
  !fence.some((word) => word.includes('{region}'))

const oneTokenForAll = (place: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: place,
  part: 'value',
  message: `${showPath(place)} never names \`{region}\`, so the regions would shut each other out`,
  remedy:
    'Let the command keep one newest token for each `{region}`, for example `fence: [keep-token, "{region}", "{token}"]`.',
})

const regionDefect = (path: YamlPath, message: string): Defect => ({
  code: 'policy/inconsistent',
  path,
  part: 'value',
  message,
  remedy: 'Name the same regions under `proxies` and `regions`.',
})

/** Whether the units of a region have servers of different names. */
function areApart(template: string, regions: EnvironmentForm['regions']): boolean {
  return Object.values(regions).every((zones) => {
    const several = Object.keys(zones).length > 1
    const many = Object.values(zones).some((count) => count > 1)
    return (!several || template.includes('{zone}')) && (!many || template.includes('{number}'))
  })
}

const sameServer = (path: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path,
  part: 'value',
  message: `${showPath(path)} gives several units the same server`,
  remedy: 'Name it by zone and number, for example `server: "{zone}-{number}"`.',
})
