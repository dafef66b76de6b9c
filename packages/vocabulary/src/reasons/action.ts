import { reasonsOf } from './reason.ts'

export const actionReasons = reasonsOf({
  'action/missing-input': {
    cause: 'A required input of an action was not given, or was given empty.',
    remedy: 'Set it under `with:` of the step.',
  },
  'action/invalid-input': {
    cause:
      'An input of an action has a value that it does not take. Nothing is guessed or trimmed.',
    remedy: 'Write the value as the table of inputs in the README of the action says.',
  },
  'action/unknown-input': {
    cause: 'A step passes an input that the action does not have.',
    remedy: 'Correct the name under `with:`, or remove the line.',
  },
  'action/hostile-environment': {
    cause:
      'A step that holds keys was started with variables by which others could run code in it or read what it sends: NODE_OPTIONS, GIT_*, LD_*, BASH_ENV, npm_config_*, proxies and their like.',
    remedy:
      'Run the action in a job of its own, in which no other step runs and nothing sets such a variable.',
  },
  'action/refused-runner': {
    cause:
      'The input `runner` asks for a machine of GitHub, and the step that holds keys was started on another one.',
    remedy:
      'Run the job on a machine of GitHub; or use a machine for one job only, and say `runner: self-hosted`.',
  },
  'action/unwritable-output': {
    cause: 'The outputs of a step could not be written, so later steps would not see them.',
    remedy: 'Run the action on a runner that sets GITHUB_OUTPUT to a writable file.',
  },
})
