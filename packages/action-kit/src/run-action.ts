import { DeniedError, ExitCode, type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import {
  type ActionDefinition,
  type AllValues,
  commonInputs,
  unansweredOutputs,
} from './action-definition.ts'
import { type ActionHost, processHost } from './action-host.ts'
import { logLine } from './commands.ts'
import { refuseHostileEnvironment } from './hostile-environment.ts'
import type { InputSpecs } from './input-specs.ts'
import { type Environment, readInputs, secretValues } from './inputs.ts'
import type { OutputSpecs, OutputValues } from './outputs.ts'
import type { SummaryTable } from './html.ts'
import { type Report, publish } from './publish.ts'
import { judgeRunner } from './runner-kind.ts'
import { guardSecrets } from './secrecy.ts'

/** What an action's work is given. */
export interface ActionContext<Inputs extends InputSpecs> {
  readonly inputs: AllValues<Inputs>
  readonly env: Environment
  /** Writes text from outside, or our own, as one line of the log; never a command. */
  readonly log: (line: string) => void
  /** Hides a text, in every form, in all that the action shows from now on, and has the runner hide it. */
  readonly mask: (secret: string) => void
  /** Aborted when the runner cancels the step. Asking for it is the promise to stop by it. */
  readonly cancellation: () => AbortSignal
}

/** What an action's work answers. Bad input and a failing world are thrown. */
export interface ActionAnswer<Outputs extends OutputSpecs> {
  readonly outcome: 'passed' | 'blocked'
  /** One sentence for log and summary. */
  readonly headline: string
  readonly findings: readonly Finding[]
  readonly outputs: OutputValues<Outputs>
  readonly tables?: readonly SummaryTable[]
  /** Names of suites, by which the summary orders the findings. */
  readonly suites?: readonly string[]
  /**
   * The trusted policy only observes (`mode: observe`): what is found is shown as warnings, and with
   * `passed` blocks nothing. Said loudly.
   */
  readonly observing?: boolean
}

/**
 * Runs an action from its inputs to its exit code, and never throws. The exit is armed first: until
 * a judgement is finished and its outputs are written, every way out of the process is exit code 70.
 */
export async function runAction<const Inputs extends InputSpecs, const Outputs extends OutputSpecs>(
  definition: ActionDefinition<Inputs, Outputs>,
  work: (context: ActionContext<Inputs>) => Promise<ActionAnswer<Outputs>>,
  outside: ActionHost = processHost(),
): Promise<void> {
  outside.arm()
  const { host, keep } = guardSecrets(outside)
  let annotate = true
  let report: Report
  try {
    secretValues(definition.inputs, host.env).forEach(keep)
    if (definition.privileged === true) refuseHostileEnvironment(host.env)
    const inputs = readInputs(
      { own: definition.inputs, common: commonInputs(definition) },
      host.env,
    )
    annotate = inputs.annotations
    const notice = 'runner' in inputs ? judgeRunner(String(inputs['runner']), host.env) : undefined
    report = { ...answered(await work(contextOf(inputs, host, keep))), notice }
  } catch (error) {
    report = failed(definition, error)
  }
  host.finish(await publish({ name: definition.name, annotate, report }, host))
}

function contextOf<Inputs extends InputSpecs>(
  inputs: AllValues<Inputs>,
  host: ActionHost,
  mask: (secret: string) => void,
): ActionContext<Inputs> {
  return {
    inputs,
    env: host.env,
    log: (line) => host.writeLine(logLine(line)),
    mask,
    cancellation: () => host.cancellation(),
  }
}

function answered<Outputs extends OutputSpecs>({
  outcome,
  headline,
  findings,
  outputs,
  tables,
  suites,
  observing = false,
}: ActionAnswer<Outputs>): Report {
  // A pass with findings would be a contradiction; the findings win, unless somebody only observes.
  const passed = outcome === 'passed' && (findings.length === 0 || observing)
  return {
    outcome: passed ? 'passed' : 'blocked',
    exitCode: passed ? ExitCode.Passed : ExitCode.Blocked,
    headline,
    findings,
    outputs,
    tables: tables ?? [],
    suites: suites ?? [],
    observing,
    trace: undefined,
  }
}

function failed(definition: ActionDefinition, error: unknown): Report {
  const base = { tables: [], suites: [], observing: false, trace: undefined }
  if (error instanceof DeniedError) {
    const outputs = unansweredOutputs(definition, 'denied')
    return {
      ...base,
      outcome: 'blocked',
      exitCode: ExitCode.Blocked,
      headline: 'BLOCKED: evidence denies',
      findings: error.findings,
      outputs,
    }
  }
  const outputs = unansweredOutputs(definition, 'error')
  if (error instanceof InputError) {
    return {
      ...base,
      outcome: 'bad-input',
      exitCode: ExitCode.BadInput,
      headline: 'ERROR: an input or the policy is wrong',
      findings: error.findings,
      outputs,
    }
  }
  if (error instanceof WorldError) {
    const trace = error.cause instanceof Error ? `cause: ${error.cause.message}` : undefined
    return {
      ...base,
      outcome: 'world-failed',
      exitCode: ExitCode.WorldFailed,
      headline: 'ERROR: the world failed; nothing was denied',
      findings: error.findings,
      outputs,
      trace,
    }
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    ...base,
    outcome: 'bug',
    exitCode: ExitCode.OurBug,
    headline: 'ERROR: this is a bug in bulkhead, please report it',
    findings: [],
    outputs,
    trace,
  }
}
