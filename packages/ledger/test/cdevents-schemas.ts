import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/**
 * What CDEvents 0.5.1 asks of an event (spec.md; custom/README.md for types of a tool's own), written
 * down as JSON Schema 2020-12 in the terms of its published schemas. No member beside these is allowed.
 */
const name = { type: 'string', minLength: 1 }
const reference = { ...name, format: 'uri-reference' }
const closed = (properties: Readonly<Record<string, object>>, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const idOf = (more: Readonly<Record<string, object>>) => closed({ id: name, ...more }, 'id')

const eventSchema = (type: object, content: object) =>
  closed(
    {
      context: closed(
        {
          specversion: { const: '0.5.1' },
          id: name,
          source: reference,
          type,
          timestamp: { type: 'string', format: 'date-time' },
          schemaUri: { ...name, format: 'uri' },
          chainId: { type: 'string', format: 'uuid' },
          links: { type: 'array' },
        },
        'specversion',
        'id',
        'source',
        'type',
        'timestamp',
      ),
      subject: closed({ id: name, source: reference, content }, 'id', 'content'),
      customData: { oneOf: [{ type: 'object' }, { type: 'string', contentEncoding: 'base64' }] },
      customDataContentType: { type: 'string' },
    },
    'context',
    'subject',
  )

const environment = idOf({ source: reference })

const SCHEMAS: Readonly<Record<string, object>> = {
  /** testing-events.md, testSuiteRun finished. */
  'dev.cdevents.testsuiterun.finished.0.3.0': closed(
    {
      environment,
      testSuite: idOf({
        version: { type: 'string' },
        name: { type: 'string' },
        uri: { type: 'string', format: 'uri' },
      }),
      outcome: { enum: ['success', 'failure', 'cancel', 'error'] },
      severity: { enum: ['low', 'medium', 'high', 'critical'] },
      reason: { type: 'string' },
    },
    'outcome',
    'environment',
  ),
  /** continuous-deployment.md, service deployed. */
  'dev.cdevents.service.deployed.0.3.0': closed(
    { environment, artifactId: name },
    'environment',
    'artifactId',
  ),
}

/** `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`, whose content is its tool's own. */
const CUSTOM_TYPE = /^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$/

/** CloudEvents 1.0, JSON format in structured mode, as cloudevents-binding.md fills it in. */
const cloudEvent = closed(
  {
    specversion: { const: '1.0' },
    id: name,
    source: reference,
    type: name,
    subject: name,
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { const: 'application/json' },
    data: { type: 'object' },
    // Extension attributes are of lower-case letters and digits (CloudEvents 1.0, naming conventions).
    voided: { const: true },
    misdated: { const: true },
  },
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'data',
)

const ajv = formats.default(new Ajv2020({ allErrors: true, strictTypes: false }))
const validators = new Map(
  Object.entries(SCHEMAS).map(([type, content]) => [
    type,
    ajv.compile(eventSchema({ const: type }, content)),
  ]),
)
const validateCustom = ajv.compile(
  eventSchema({ type: 'string', pattern: CUSTOM_TYPE.source }, { type: 'object' }),
)
const validateCloudEvent = ajv.compile(cloudEvent)

/** Why an event is not as CDEvents has it: one line a reason. */
export function objectionsTo(event: object): readonly string[] {
  const context = 'context' in event ? event.context : undefined
  const type = typeof context === 'object' && context !== null && 'type' in context && context.type
  return told(validators.get(String(type)) ?? validateCustom, event)
}

/** Why an event is not a CloudEvent. */
export const objectionsToCloudEvent = (event: object): readonly string[] =>
  told(validateCloudEvent, event)

function told(validate: typeof validateCustom, event: object): readonly string[] {
  if (validate(event)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `${instancePath} ${message} ${Object.values(params).join(' ')}`,
  )
}
