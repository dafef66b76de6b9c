-- Every row belongs to one tenant. Two guards keep tenants apart, and each must hold by itself:
-- the policies below, and the tenant filter in every query of the service.

create role tenant_app login nosuperuser nobypassrls nocreatedb nocreaterole noreplication;

create table tenants (
  id uuid primary key,
  slug text not null unique,
  name text not null
);

create table users (
  tenant_id uuid not null references tenants (id),
  id uuid not null,
  name text not null,
  email text not null,
  role text not null check (role in ('admin', 'reader')),
  token_digest bytea not null unique check (length(token_digest) = 32),
  primary key (tenant_id, id)
);

-- Keys and unique constraints start with tenant_id. Otherwise "already taken" and "no such project"
-- would tell one tenant what another one has: constraints look past row-level security.
create table projects (
  tenant_id uuid not null references tenants (id),
  id uuid not null default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  archived boolean not null default false,
  primary key (tenant_id, id)
);

create table invoices (
  tenant_id uuid not null references tenants (id),
  id uuid not null default gen_random_uuid(),
  project_id uuid not null,
  number text not null check (length(number) between 1 and 40),
  customer text not null check (length(customer) between 1 and 200),
  amount_cents integer not null check (amount_cents between 0 and 1000000000),
  currency text not null check (currency in ('EUR', 'GBP', 'USD')),
  status text not null default 'open' check (status in ('open', 'paid', 'void')),
  issued_on date not null default current_date,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, project_id) references projects (tenant_id, id)
);

-- The tenant of the running transaction. Absent or empty gives null, and null equals no tenant.
create function current_tenant() returns uuid
language sql stable
as $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;

alter table tenants enable row level security;
alter table tenants force row level security;
create policy own_tenant on tenants to tenant_app
  using (id = current_tenant())
  with check (id = current_tenant());

alter table users enable row level security;
alter table users force row level security;
create policy own_tenant on users to tenant_app
  using (tenant_id = current_tenant())
  with check (tenant_id = current_tenant());

alter table projects enable row level security;
alter table projects force row level security;
create policy own_tenant on projects to tenant_app
  using (tenant_id = current_tenant())
  with check (tenant_id = current_tenant());

alter table invoices enable row level security;
alter table invoices force row level security;
create policy own_tenant on invoices to tenant_app
  using (tenant_id = current_tenant())
  with check (tenant_id = current_tenant());

-- Totals over all tenants, made for the month-end export. A view runs with the rights of its owner,
-- so no policy bites here: whoever reads it for a tenant must filter by tenant.
create view invoice_totals as
  select invoices.tenant_id, invoices.project_id, projects.name as project_name,
    invoices.currency, invoices.status,
    count(*)::integer as invoice_count, sum(invoices.amount_cents)::bigint as amount_cents
  from invoices
  join projects on projects.tenant_id = invoices.tenant_id and projects.id = invoices.project_id
  group by invoices.tenant_id, invoices.project_id, projects.name, invoices.currency, invoices.status;

-- Who holds a token is asked before the tenant is known, so this one question looks past the
-- policies. It answers about exactly one digest and cannot list.
create function sign_in(digest bytea)
returns table (tenant_id uuid, tenant_slug text, tenant_name text, user_id uuid, user_name text, role text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select tenants.id, tenants.slug, tenants.name, users.id, users.name, users.role
  from public.users
  join public.tenants on tenants.id = users.tenant_id
  where users.token_digest = digest
$$;

revoke all on function sign_in(bytea) from public;
grant execute on function sign_in(bytea) to tenant_app;
grant select on tenants to tenant_app;
grant select (tenant_id, id, name, email, role) on users to tenant_app;
grant select, insert, update, delete on projects, invoices to tenant_app;
grant select on invoice_totals to tenant_app;
