import * as v from 'valibot'
import { healthExample, targetExample } from './examples.ts'
import {
  commandLine,
  duration,
  durationOrZero,
  explain,
  fieldName,
  listenAddress,
  nameKey,
  processText,
  urlPath,
  variableKey,
} from './forms.ts'

const kindOf = <const Kind extends string>(kind: Kind, meaning: string) =>
  explain(v.literal(kind), { form: kind, meaning, example: kind })

const healthForm = explain(
  v.strictObject({
    path: urlPath('Answers 200 and JSON when the unit is healthy.', '/health'),
    'build-field': fieldName(
      'The JSON field that names the commit the unit was built from.',
      'build',
    ),
    interval: duration('How often a unit is asked.', '250ms'),
    deadline: duration('A unit that is not healthy after this long has failed.', '15s'),
  }),
  {
    form: 'a mapping with the keys path, build-field, interval and deadline',
    meaning: 'How a unit says that it is well, and which build it runs.',
    example: healthExample,
  },
)

const environmentVariables = (meaning: string) =>
  v.optional(
    explain(v.record(variableKey, processText), {
      form: 'a mapping from variable names to texts',
      meaning,
      example: { APP_ENV: 'production' },
    }),
    {},
  )

const localForm = v.strictObject({
  kind: kindOf('local', 'Starts processes on this machine, behind the embedded proxy.'),
  command: commandLine(
    'Starts one unit. `{artifact}` becomes the path of the artifact; the unit listens on $PORT.',
    ['node', '{artifact}'],
  ),
  env: environmentVariables('Further environment variables of a unit.'),
  health: healthForm,
  listen: listenAddress('Where the proxy in front of the units listens.', '127.0.0.1:8080'),
  drain: durationOrZero('Longest wait for requests in flight before a unit is stopped.', '10s'),
})

const PROXY =
  /^(?:\/[^\s;]{1,100}|(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})$/

const proxyAddress = explain(v.pipe(v.string(), v.regex(PROXY)), {
  form: "the path of a socket, or HOST:PORT: where HAProxy's runtime API listens (`stats socket`)",
  meaning: 'The runtime API of one proxy, with `level admin`.',
  example: '/run/haproxy/admin.sock',
})

/** Of letters, digits, _ - . : and what stands for place and number. */
const SERVER = /^(?:[A-Za-z0-9_.:-]|\{(?:region|zone|number)\})+$/

const spareExample = {
  server: '{zone}-spare-{number}',
  retire: ['ssh', '{address}', 'stop-app', '{port}'],
}

const proxiesExample = { local: ['/run/haproxy/admin.sock'] }

const haproxyName = (form: string, pattern: RegExp, meaning: string, example: string) =>
  explain(v.pipe(v.string(), v.maxLength(200), v.regex(pattern)), { form, meaning, example })

const haproxyForm = v.strictObject({
  kind: kindOf(
    'haproxy',
    'Units behind HAProxy: drained by its runtime API, replaced by a command.',
  ),
  proxies: explain(
    v.pipe(
      v.record(
        nameKey,
        explain(v.pipe(v.array(proxyAddress), v.minLength(1), v.maxLength(16)), {
          form: 'a list of runtime APIs, at least one',
          meaning: 'Every proxy in front of the units of this region.',
          example: ['/run/haproxy/admin.sock'],
        }),
      ),
      v.minEntries(1),
      v.maxEntries(64),
    ),
    {
      form: 'a mapping from region names to lists of runtime APIs',
      meaning: 'region → every proxy in front of its units.',
      example: proxiesExample,
    },
  ),
  backend: haproxyName(
    'the name of a backend (letters, digits, _ - . :)',
    /^[A-Za-z0-9_.:-]+$/,
    'The backend that holds the units, of the same name in every proxy.',
    'app',
  ),
  server: v.optional(
    haproxyName(
      'the name of a server, in which {region}, {zone} and {number} stand for those of the unit',
      SERVER,
      "The name of a unit's server in that backend.",
      '{region}-{zone}-{number}',
    ),
    '{region}-{zone}-{number}',
  ),
  replace: commandLine(
    'Replaces what runs in one unit, and ends once the new process was started. Braces stand for `{artifact}`, `{commit}`, `{digest}`, `{unit}`, `{region}`, `{zone}`, `{number}`, `{server}`, `{address}`, `{port}` and `{token}`.',
    ['ssh', '{address}', 'replace-app', '{port}', '{commit}'],
  ),
  env: environmentVariables('Further environment variables of the commands.'),
  timeout: duration('Longest time that `replace` may take for one unit.', '2m'),
  health: healthForm,
  drain: durationOrZero('Longest wait for sessions before they are shut down.', '30s'),
  'slow-start': v.optional(
    durationOrZero('Time in which the weight of a new unit grows to its full size.', '20s'),
    '0s',
  ),
  fence: v.optional(
    commandLine(
      'Keeps the newest fencing token of each region where every controller sees it: enters `{token}` if it is the newest of `{region}`, and prints the newest there. Without it the state directory of this machine keeps it.',
      ['ssh', 'lb1.example', 'keep-token', '{region}', '{token}'],
    ),
  ),
  spare: v.optional(
    explain(
      v.strictObject({
        server: haproxyName(
          'the name of a server, in which {region}, {zone} and {number} stand for zone and slot',
          SERVER,
          'The name of a spare server in that backend, numbered from 1 in every zone.',
          spareExample.server,
        ),
        retire: commandLine(
          'Stops what runs behind a spare server, after it was drained. Braces as in `replace`, without those of a release.',
          ['ssh', '{address}', 'stop-app', '{port}'],
        ),
      }),
      {
        form: 'a mapping with the keys server and retire',
        meaning:
          "Servers that the configuration holds `disabled`, for units beyond a zone's own (`capacity.surge`).",
        example: spareExample,
      },
    ),
  ),
})

const execForm = v.strictObject({
  kind: kindOf('exec', 'An engine of your own, through a driver that you write.'),
  command: commandLine(
    'The driver. It is run with one more word, what to do: topology, observe, apply, drain, restore, surge or shift.',
    ['/usr/local/bin/fleet-driver'],
  ),
  env: environmentVariables('Further environment variables of the driver.'),
  timeout: duration('Longest time that one change of the fleet may take.', '15m'),
})

export const targetForm = explain(v.variant('kind', [localForm, haproxyForm, execForm]), {
  form: 'a mapping with a kind (local, haproxy or exec) and the keys of that kind',
  meaning: 'The engine that runs the fleet, and how it replaces one unit.',
  example: targetExample,
})

export type TargetForm = v.InferOutput<typeof targetForm>
