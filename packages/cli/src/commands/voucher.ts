import { serveSuites } from '@bulkhead/release'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { VERSION } from '../version.ts'

interface Options extends CommonOptions {
  readonly socket: string
  readonly keys?: string
}

export const registerVoucher: Register = (program, host) => {
  withKeysOption(
    withCommonOptions(
      program.command('voucher'),
      'voucher --socket /run/bulkhead/voucher.sock --keys - < voucher.pem',
    ),
  )
    .description(
      'run suites for others and vouch for what was seen, with a key that the tests cannot read',
    )
    .requiredOption(
      '--socket <path>',
      'where `bulkhead test --voucher` finds it; created for this user only',
    )
    .action((options: Options) =>
      answer(host, 'voucher', options, () =>
        inWorkspace(options, async (workspace) => {
          await serveSuites(workspace, {
            socket: options.socket,
            keyring: await readKeyring(workspace.repository, options.keys),
            version: VERSION,
            signal: host.signal,
            onReady: () => host.console.err(`ready at ${options.socket}`),
          })
          return { outcome: 'passed', findings: [], json: {}, text: ['stopped'] }
        }),
      ),
    )
}
