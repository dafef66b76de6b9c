/** One way to break the service, as an edit of one file. */
export interface Mutation {
  readonly title: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Part of the message, where the service or the suite rightly refuses to begin at all. */
  readonly refusal?: string
}

const filter = 'tenant_id = ${caller.tenantId}'

/**
 * Each gives one tenant a way to another one's rows, or takes away one of two guards. The report's
 * only filter is missing here: a scene of the story removes it.
 */
export const isolationMutations: readonly Mutation[] = [
  {
    title: 'project list without its filter',
    file: 'src/projects.ts',
    find: `    where ${filter}\n    order by`,
    replace: '    order by',
  },
  ...withoutFilter('src/projects.ts', 'project', [
    ['get', 'select id, name, archived\n    from projects\n    where id = ${id}\n'],
    ['update', "${input.flag('archived')}, archived)\n    where id = ${id}\n"],
    ['delete', 'delete from projects\n    where id = ${id}\n'],
  ]),
  ...withoutFilter('src/invoices.ts', 'invoice', [
    ['list', 'or project_id = ${project})\n'],
    ['get', 'select ${columns(sql)}\n    from invoices\n    where id = ${id}\n'],
    ['update', "${input.id('project_id')}::uuid, project_id)\n    where id = ${id}\n"],
    ['delete', 'delete from invoices\n    where id = ${id}\n'],
  ]),
  ...['tenants', 'users', 'projects', 'invoices'].flatMap(withoutPolicy),
  {
    title: 'a second, permissive policy',
    file: 'src/schema.sql',
    find: 'create function sign_in',
    replace:
      'create policy everybody on invoices for select using (true);\n\ncreate function sign_in',
  },
  {
    title: 'a service role that policies do not bind',
    file: 'src/schema.sql',
    find: 'nosuperuser nobypassrls',
    replace: 'nosuperuser bypassrls',
    refusal: 'passes row-level security',
  },
  {
    title: 'the tenant is never set',
    file: 'src/caller.ts',
    find: "set_config('app.tenant', tenant_id::text, true)",
    replace: "''",
    refusal: 'inconclusive: no projects at all',
  },
  {
    title: 'the tenant is set on the session',
    file: 'src/caller.ts',
    find: "set_config('app.tenant', tenant_id::text, true)",
    replace: "set_config('app.tenant', tenant_id::text, false)",
  },
  {
    title: 'any token is the first user',
    file: 'src/schema.sql',
    find: '  where users.token_digest = digest\n',
    replace: '  order by users.id limit 1\n',
  },
  {
    title: 'the tenant comes from a header',
    file: 'src/server.ts',
    find: '    return route.handle({\n      ...scope,\n',
    replace:
      "    const told = request.headers['x-tenant-id']\n" +
      "    const tenantId = typeof told === 'string' ? told : scope.caller.tenantId\n" +
      "    await scope.sql`select set_config('app.tenant', ${tenantId}, true)`\n" +
      '    return route.handle({\n      ...scope,\n      caller: { ...scope.caller, tenantId },\n',
  },
  {
    title: 'the tenant comes from the query',
    file: 'src/invoices.ts',
    find: '  const { status, project, limit } = readListQuery(query)\n',
    replace:
      '  const { status, project, limit } = readListQuery(query)\n' +
      "  const told = query.get('tenant_id')\n" +
      "  if (told) await sql`select set_config('app.tenant', ${told}, true)`\n" +
      '  if (told) caller = { ...caller, tenantId: told }\n',
  },
  {
    title: 'one caller is remembered for all',
    file: 'src/tenant-transaction.ts',
    find: '    const caller = await findCaller(sql, token)\n',
    replace:
      '    const caller = (globalThis.remembered ??= await findCaller(sql, token))\n' +
      "    await sql`select set_config('app.tenant', ${caller.tenantId}, true)`\n",
  },
  {
    title: 'invoice numbers are unique across tenants',
    file: 'src/schema.sql',
    find: 'unique (tenant_id, number)',
    replace: 'unique (number)',
  },
  {
    title: 'invoices may name any project',
    file: 'src/schema.sql',
    find: 'number),\n  foreign key (tenant_id, project_id) references projects (tenant_id, id)\n',
    replace: 'number)\n',
  },
]

/** Each opens the service to somebody without a right. */
export const securityMutations: readonly Mutation[] = [
  {
    title: 'readers may write',
    file: 'src/server.ts',
    find: "    if (method !== 'GET' && scope.caller.role !== 'admin') throw new Problem(403, 'forbidden')\n",
    replace: '',
  },
  {
    title: "an unknown token is somebody's",
    file: 'src/schema.sql',
    find: '  where users.token_digest = digest\n',
    replace: '  where true order by users.token_digest = digest desc limit 1\n',
  },
  {
    title: 'a query is glued together',
    file: 'src/projects.ts',
    find: '    values (${caller.tenantId}, ${name}, ${archived})\n',
    replace: "    values (${caller.tenantId}, ${sql.unsafe(`'${name}'`)}, ${archived})\n",
  },
  {
    title: 'bodies of any size',
    file: 'src/request-body.ts',
    find: 'const maxBodyBytes = 16 * 1024',
    replace: 'const maxBodyBytes = 16 * 1024 * 1024',
  },
  {
    title: 'causes in answers',
    file: 'src/server.ts',
    find: "new Problem(500, 'internal')",
    replace: 'new Problem(500, String(error))',
  },
  {
    title: 'no content security policy',
    file: 'src/answer.ts',
    find: "  'content-security-policy': \"default-src 'none'; frame-ancestors 'none'\",\n",
    replace: '',
  },
  {
    title: 'headers in the log',
    file: 'src/server.ts',
    find: 'path, cause })',
    replace: 'path, cause, headers: request.headers })',
  },
]

/** Removes the filter after each of the given places, which end in the line before it. */
function withoutFilter(
  file: string,
  name: string,
  places: readonly (readonly [string, string])[],
): Mutation[] {
  return places.map(([verb, place]) => ({
    title: `${name} ${verb} without its filter`,
    file,
    find: `${place}    and ${filter}\n`,
    replace: place,
  }))
}

/** The ways in which a table's policy stops to bite. */
function withoutPolicy(table: string): Mutation[] {
  const file = 'src/schema.sql'
  const column = table === 'tenants' ? 'id' : 'tenant_id'
  const start = `create policy own_tenant on ${table} to tenant_app\n`
  const using = `  using (${column} = current_tenant())\n`
  const check = `  with check (${column} = current_tenant());`
  const edits: readonly (readonly [string, string, string])[] = [
    ['policies not enabled', `alter table ${table} enable row level security;\n`, ''],
    ['policies not forced', `alter table ${table} force row level security;\n`, ''],
    ['policy lets everything be read', start + using, `${start}  using (true)\n`],
    [
      'policy lets everything be written',
      start + using + check,
      `${start}${using}  with check (true);`,
    ],
  ]
  // The service may neither own nor write these two, so the other edits change nothing for it.
  const readOnly = table === 'tenants' || table === 'users'
  const counted = readOnly ? edits.filter(([title]) => /enabled|read/.test(title)) : edits
  return counted.map(([title, find, replace]) => ({
    title: `${table}: ${title}`,
    file,
    find,
    replace,
  }))
}
