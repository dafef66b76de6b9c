export { buildAction } from './build-action.ts'
export { contractOf, manifestOf } from './contract.ts'
export { type RunnerCommand, commandsIn, outputsIn } from './runner-protocol.ts'
export { type StartedAction, startAction } from './start-action.ts'
