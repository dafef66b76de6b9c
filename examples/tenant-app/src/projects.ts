import { type Answer, notFound } from './answer.ts'
import { openFields, required } from './input-fields.ts'
import type { Exchange } from './routes.ts'

interface Project {
  readonly id: string
  readonly name: string
  readonly archived: boolean
}

const fields = ['name', 'archived']

/** `GET /projects` */
export async function listProjects({ sql, caller }: Exchange): Promise<Answer> {
  const projects = await sql<Project[]>`
    select id, name, archived
    from projects
    where tenant_id = ${caller.tenantId}
    order by name
  `
  return { status: 200, body: { projects } }
}

/** `GET /projects/:id` */
export async function getProject({ sql, caller, id }: Exchange): Promise<Answer> {
  const [project] = await sql<Project[]>`
    select id, name, archived
    from projects
    where id = ${id}
    and tenant_id = ${caller.tenantId}
  `
  if (!project) throw notFound()
  return { status: 200, body: project }
}

/** `POST /projects` with `{name, archived?}` */
export async function createProject({ sql, caller, body }: Exchange): Promise<Answer> {
  const input = openFields(body(), fields)
  const name = required('name', input.text('name', 200))
  const archived = input.flag('archived') ?? false
  const [project] = await sql<Project[]>`
    insert into projects (tenant_id, name, archived)
    values (${caller.tenantId}, ${name}, ${archived})
    returning id, name, archived
  `
  return { status: 201, body: project }
}

/** `PATCH /projects/:id` with any of `{name, archived}` */
export async function updateProject({ sql, caller, id, body }: Exchange): Promise<Answer> {
  const input = openFields(body(), fields)
  const [project] = await sql<Project[]>`
    update projects
    set name = coalesce(${input.text('name', 200)}, name),
      archived = coalesce(${input.flag('archived')}, archived)
    where id = ${id}
    and tenant_id = ${caller.tenantId}
    returning id, name, archived
  `
  if (!project) throw notFound()
  return { status: 200, body: project }
}

/** `DELETE /projects/:id`; 409 while it has invoices. */
export async function deleteProject({ sql, caller, id }: Exchange): Promise<Answer> {
  const deleted = await sql`
    delete from projects
    where id = ${id}
    and tenant_id = ${caller.tenantId}
  `
  if (deleted.count === 0) throw notFound()
  return { status: 204 }
}
