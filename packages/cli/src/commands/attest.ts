import { findTrustedBase, verifyRelease } from '@bulkhead/release'
import { OBSERVING } from '../observing.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends EnvironmentOptions {
  readonly commit: string
  readonly verdict?: string
  readonly summary?: string
}

export const registerAttest: Register = (program, host) => {
  const attest = program
    .command('attest')
    .description('verdicts as signed attestations')
    .addHelpText('after', exampleText('attest verify --environment production'))
  withEnvironmentOptions(attest.command('verify'), 'attest verify --environment production')
    .description('say whether a release may ship now, exactly as the deploy step will ask')
    .option('--commit <rev>', 'the commit that is to ship', 'HEAD')
    .option('--verdict <file>', 'the release-gate envelope (default: where gate wrote it)')
    .option('--summary <file>', 'the verification summary envelope')
    .action((options: Options) =>
      answer(host, 'attest verify', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const base = await findTrustedBase(workspace, environment, options.genesis)
          const { attestation } = await verifyRelease(workspace, {
            environment,
            commit: await workspace.repository.resolveCommit(options.commit),
            policy: base.policy,
            ...filesOf(options),
          })
          if (attestation.kind === 'refused') {
            return {
              outcome: 'blocked',
              findings: attestation.findings,
              json: { accepted: false },
              text: ['REFUSED: this release may not ship'],
            }
          }
          const { verdict, matched } = attestation
          return {
            outcome: 'passed',
            findings: verdict.findings,
            json: { accepted: true, matched, verdict },
            text: [
              'ACCEPTED: this release may ship',
              ...matched.map((line) => `  ${line}`),
              ...(verdict.findings.length > 0 ? [OBSERVING] : []),
            ],
          }
        }),
      ),
    )
}

/** The envelope files that the caller names instead of those that gate wrote. */
export const filesOf = ({ verdict, summary }: Pick<Options, 'verdict' | 'summary'>) => ({
  files: {
    ...(verdict === undefined ? {} : { gate: verdict }),
    ...(summary === undefined ? {} : { summary }),
  },
})
