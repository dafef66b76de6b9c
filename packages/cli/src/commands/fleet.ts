import { runEnvironmentFleet, startEnvironmentFleet, stopEnvironmentFleet } from '@bulkhead/release'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

/** How this very program is started again, for the supervisor that outlives the command. */
const ownArgv = (): readonly [string, ...string[]] => [
  process.execPath,
  process.argv[1] ?? 'bulkhead',
]

export const registerFleet: Register = (program, host) => {
  const fleet = program
    .command('fleet')
    .description('the local fleet: processes in zones behind an embedded proxy')
    .addHelpText('after', exampleText('fleet up --environment production'))
  withEnvironmentOptions(fleet.command('up'), 'fleet up --environment production')
    .description('start the fleet in the background; it outlives the command')
    .action((options: EnvironmentOptions) =>
      answer(host, 'fleet up', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const { kind, status } = await startEnvironmentFleet(workspace, {
            environment,
            supervisor: ownArgv(),
            ...genesisOf(options),
          })
          const { pid, address } = status
          const url = `http://${address.host}:${address.port}`
          const how = kind === 'already-up' ? 'was up already and' : 'is up and'
          return {
            outcome: 'passed',
            findings: [],
            json: { environment, url, pid },
            text: [`✓ the fleet of ${environment} ${how} answers at ${url} (supervisor ${pid})`],
          }
        }),
      ),
    )
  withEnvironmentOptions(fleet.command('down'), 'fleet down --environment production')
    .description('stop the fleet and every process of it')
    .action((options: EnvironmentOptions) =>
      answer(host, 'fleet down', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const wasUp = await stopEnvironmentFleet(workspace, environment)
          return {
            outcome: 'passed',
            findings: [],
            json: { environment, wasUp },
            text: [`✓ the fleet of ${environment} ${wasUp ? 'is down' : 'was not up'}`],
          }
        }),
      ),
    )
  withEnvironmentOptions(fleet.command('run'), 'fleet run --environment production')
    .description('run the fleet in the foreground until Ctrl-C')
    .action((options: EnvironmentOptions) =>
      answer(host, 'fleet run', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          await runEnvironmentFleet(workspace, { environment, ...genesisOf(options) })
          return { outcome: 'passed', findings: [], json: { environment }, text: ['stopped'] }
        }),
      ),
    )
}

const genesisOf = (options: EnvironmentOptions) =>
  options.genesis === undefined ? {} : { genesis: options.genesis }
