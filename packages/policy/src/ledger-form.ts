import * as v from 'valibot'
import { explain, nameKey } from './forms.ts'

const store = <const Store extends string>(name: Store) =>
  explain(v.literal(name), { form: name, meaning: 'Where the ledger lies.', example: name })

const text = (form: string, meaning: string, example: string, pattern: RegExp) =>
  explain(v.pipe(v.string(), v.maxLength(2048), v.regex(pattern)), { form, meaning, example })

/** An address that carries no credentials: those come from the environment of who writes. */
function isPlainAddress(value: string, ...protocols: readonly string[]): boolean {
  const url = URL.parse(value)
  return url !== null && protocols.includes(url.protocol) && !url.username && !url.password
}

const httpAddress = (meaning: string, example: string) =>
  v.optional(
    explain(
      v.pipe(
        v.string(),
        v.maxLength(2048),
        v.check((value) => isPlainAddress(value, 'https:', 'http:') && !value.endsWith('/')),
      ),
      {
        form: 'an address with http or https, without credentials or slash at its end',
        meaning,
        example,
      },
    ),
  )

const region = v.optional(
  text(
    'the name of a region',
    'The region; by default that of the environment.',
    'eu-central-1',
    /^[a-z0-9-]{1,64}$/,
  ),
)
const name = v.optional(
  explain(nameKey, {
    form: 'a name of lower-case letters, digits and hyphens',
    meaning: 'Keeps this ledger apart from others in the same place. Default: the environment.',
    example: 'shop-production',
  }),
)

const gitForm = v.strictObject({
  store: store('git'),
  remote: v.optional(
    text(
      'the name of a remote',
      'The remote that decides races between machines. Without it the ledger is of one clone alone.',
      'origin',
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    ),
  ),
})

const githubForm = v.strictObject({
  store: store('github'),
  repository: text(
    'owner/name',
    'The repository that has the branch.',
    'acme/shop',
    /^[\w.-]{1,100}\/[\w.-]{1,100}$/,
  ),
  api: httpAddress('The API of a GitHub of your own.', 'https://github.example.com/api/v3'),
})

const s3Form = v.strictObject({
  store: store('s3'),
  bucket: text(
    'the name of a bucket',
    'The bucket.',
    'acme-ledger',
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  ),
  region,
  endpoint: httpAddress('A server other than Amazon\u2019s.', 'https://s3.example.net'),
  name,
})

const dynamoForm = v.strictObject({
  store: store('dynamodb'),
  table: text('the name of a table', 'The table.', 'bulkhead-ledger', /^[A-Za-z0-9_.-]{3,255}$/),
  region,
  endpoint: httpAddress('A server other than Amazon\u2019s.', 'http://127.0.0.1:8000'),
  name,
})

const postgresForm = v.strictObject({
  store: store('postgres'),
  url: explain(
    v.pipe(
      v.string(),
      v.maxLength(2048),
      v.check((value) => isPlainAddress(value, 'postgres:', 'postgresql:')),
    ),
    {
      form: 'postgres://host:port/database, without user and password',
      meaning: 'The database. User and password come from PGUSER and PGPASSWORD.',
      example: 'postgres://db.example.net:5432/ledger?sslmode=verify-full',
    },
  ),
  name,
})

export const ledgerForm = explain(
  v.variant('store', [gitForm, githubForm, s3Form, dynamoForm, postgresForm]),
  {
    form: 'a mapping with a store (git, github, s3, dynamodb or postgres) and the keys of that store',
    meaning: 'Where the ledger of this environment lies. Default: a branch of this repository.',
    example: { store: 'git', remote: 'origin' },
  },
)

export type LedgerForm = v.InferOutput<typeof ledgerForm>
