import { type Command, InvalidArgumentError } from 'commander'
import {
  agreementIfAny,
  chosenHotfix,
  findTrustedBase,
  recordForgeApprovals,
} from '@bulkhead/release'
import { InputError, printable } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { githubOf, inWorkspace } from '../in-workspace.ts'
import { readKeyring } from '../keys.ts'
import { type HotfixOptions, done, withNumberedOptions } from './hotfix-options.ts'

interface CollectOptions extends HotfixOptions {
  readonly run: readonly string[]
}

/** `hotfix collect`: what people agree to on GitHub comes on record; it is asked again when it ships. */
export function registerCollect(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('collect'), 'hotfix collect')
    .description('put on record who agreed on GitHub; needs GITHUB_TOKEN and GITHUB_REPOSITORY')
    .option(
      '--run <id>',
      'a workflow run whose environments people approved; may be said again',
      runsOf,
      [],
    )
    .action((options: CollectOptions) =>
      answer(host, 'hotfix collect', options, () =>
        inWorkspace(options, async (workspace) => {
          const github = githubOf(process.env)
          if (github === undefined) throw noGithub()
          const environment = await environmentOf(workspace, options)
          const base = await findTrustedBase(workspace, environment, options.genesis)
          const { id } = chosenHotfix(base.ledger.state.hotfixes, options.hotfix)
          const genesis = options.genesis === undefined ? {} : { genesis: options.genesis }
          const about = { environment, hotfix: id, ...genesis }
          const agreement = await agreementIfAny(workspace, about)
          if (agreement === undefined) throw nothingToAgree(id)
          const { recorded, refused } = await recordForgeApprovals(workspace, {
            ...about,
            keyring: await readKeyring(workspace.repository, options.keys),
            actors: await localActors(workspace.repository, 'release-manager'),
            forge: github.forge,
            plan: agreement.plan,
            runs: options.run,
          })
          return done({ hotfix: id, recorded, refused, agreement }, [
            `✓ ${recorded.length} new on record${recorded.length === 0 ? '' : `: ${printable(recorded.join(', '), 500)}`}`,
            ...refused.map(
              ({ code, subject, message }) =>
                `  does not count: ${code}  ${printable(subject, 100)}: ${printable(message, 200)}`,
            ),
            `  people agree by this line: ${agreement.line}`,
          ])
        }),
      ),
    )
}

function runsOf(text: string, before: readonly string[]): readonly string[] {
  if (/^[1-9][0-9]{0,18}$/.test(text)) return [...before, text]
  throw new InvalidArgumentError('It is a whole number; the address of the run ends with it.')
}

const noGithub = (): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: 'GITHUB_TOKEN and GITHUB_REPOSITORY',
    message: 'are not both set, so GitHub cannot be asked',
    remedy: 'set them; or have people approve by key: `bulkhead hotfix approve`',
  })

const nothingToAgree = (id: number): InputError =>
  new InputError({
    code: 'hotfix/unknown',
    subject: `hotfix ${id}`,
    message:
      'has nothing to agree to: it is not gated, is out already, or the fleet does not answer',
    remedy: '`bulkhead hotfix status` says what is next',
  })
