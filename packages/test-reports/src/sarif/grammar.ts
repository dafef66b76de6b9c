import { type JsonShape, shapeOf } from '../json/json-shape.ts'

/** An object whose keys may hold anything: those that are named are listed with their kinds. */
function shape(kinds: Readonly<Record<string, string>>, others = ''): JsonShape {
  const anything = 'string number boolean null array object absent'
  const free = others.split(/\s+/).filter((key) => key !== '')
  return shapeOf({
    ...Object.fromEntries(free.map((key) => [key, anything])),
    properties: 'object absent',
    ...kinds,
  })
}

/** Keys of each object that may hold an outcome (SARIF 2.1.0, sections 3.13 to 3.58). */
export const LOG = shape(
  { version: 'string', runs: 'array', inlineExternalProperties: 'array absent' },
  '$schema',
)
/** Parts of a run that say nothing of outcomes, and may be large. */
export const RUN_DETAILS: readonly string[] = `language versionControlProvenance originalUriBaseIds
  logicalLocations graphs runAggregates baselineGuid redactionTokens defaultEncoding
  defaultSourceLanguage newlineSequences columnKind threadFlowLocations taxonomies addresses
  translations policies webRequests webResponses specialLocations`.split(/\s+/)
export const RUN = shape(
  {
    tool: 'object',
    invocations: 'array absent',
    conversion: 'object absent',
    results: 'array null absent',
    artifacts: 'array null absent',
    automationDetails: 'object absent',
    externalPropertyFileReferences: 'object absent',
  },
  RUN_DETAILS.join(' '),
)
export const TOOL = shape({ driver: 'object', extensions: 'array absent' })
export const CONVERSION = shape(
  { tool: 'object', invocation: 'object absent' },
  'analysisToolLogFiles',
)
export const INVOCATION = shape(
  {
    executionSuccessful: 'boolean',
    exitCode: 'number absent',
    exitSignalName: 'string absent',
    exitSignalNumber: 'number absent',
    processStartFailureMessage: 'string absent',
    toolExecutionNotifications: 'array absent',
    toolConfigurationNotifications: 'array absent',
    ruleConfigurationOverrides: 'array absent',
    notificationConfigurationOverrides: 'array absent',
  },
  `commandLine arguments responseFiles startTimeUtc endTimeUtc exitCodeDescription machine account
  processId executableLocation workingDirectory environmentVariables stdin stdout stderr
  stdoutStderr`,
)
export const OVERRIDE = shape({ configuration: 'object', descriptor: 'object' })
export const NOTIFICATION = shape(
  {
    level: 'string absent',
    message: 'object',
    exception: 'object absent',
    descriptor: 'object absent',
  },
  'locations threadId timeUtc associatedRule',
)
export const RESULT = shape(
  {
    ruleId: 'string absent',
    ruleIndex: 'number absent',
    rule: 'object absent',
    kind: 'string absent',
    level: 'string absent',
    message: 'object',
    locations: 'array absent',
    suppressions: 'array null absent',
    baselineState: 'string absent',
  },
  `analysisTarget guid correlationGuid occurrenceCount partialFingerprints fingerprints stacks
  codeFlows graphs graphTraversals relatedLocations rank attachments hostedViewerUri workItemUris
  provenance fixes taxa webRequest webResponse`,
)
export const SUPPRESSION = shape(
  { kind: 'string', status: 'string absent', justification: 'string absent' },
  'guid state location',
)

export const LEVELS = ['none', 'note', 'warning', 'error']
