export { childEnvironment } from './child-environment.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  type HttpExchange,
  type HttpOutcome,
  type HttpRequest,
  type HttpWorld,
  httpExchange,
} from './http-exchange.ts'
export { wordsOf } from './process-words.ts'
export { openRegularFile, readRegularFile, readRegularFileNow } from './regular-file.ts'
export {
  type ProcessEnd,
  type ProcessOutcome,
  type ProcessRequest,
  type RunProcess,
  runProcess,
} from './run-process.ts'
