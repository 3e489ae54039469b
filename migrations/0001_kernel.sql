-- What every later table stands on: the one way to read the organisation, the one way to make a tenant's
-- table, the register of personal fields, the audit outbox, the log, the queue.
--
-- Roles exist already (store makes them, since they need passwords): plumb_owner owns everything and cannot
-- log in; plumb_app, plumb_auth and plumb_system log in, own nothing and are bound by row-level security.

-- The organisation of this transaction. Not set: null, so no row is visible.
create function app_org() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('plumb.org_id', true), '')::uuid $$;

-- Makes `t` a tenant's table: row-level security enabled and forced, one policy, the usual grants.
create procedure tenant_table(t regclass, grants text default 'select, insert, update, delete') language plpgsql
    as $$
begin
    execute format('alter table %s enable row level security', t);
    execute format('alter table %s force row level security', t);
    execute format('create policy tenant on %s to plumb_app using (org_id = app_org()) with check (org_id = app_org())', t);
    execute format('grant %s on %s to plumb_app', grants, t);
end $$;

-- Every column that can hold text, bytes or documents is declared here by the migration that adds it; the
-- migrator refuses one that is not. `class` 'none' says that no personal value can be in it, and `note` why.
create table field_registry (
    table_name text not null,
    column_name text not null,
    class text not null check (class in (
        'none', 'email', 'phone', 'person.name', 'person.role', 'person.profile', 'person.place', 'company',
        'account', 'credential', 'network', 'free_text', 'source_row', 'pseudonym')),
    purpose text not null,
    retention text not null,
    subject text not null,
    note text not null default '',
    primary key (table_name, column_name),
    check (class = 'none' or (purpose <> '' and retention <> '' and subject <> '')),
    check (class <> 'none' or note <> '')
);
grant select on field_registry to plumb_app, plumb_auth, plumb_system;

create procedure declare_none(t text, why text, variadic columns text[]) language sql
    as $$ insert into field_registry select t, unnest(columns), 'none', '', '', '', why $$;
create procedure declare_personal(t text, class text, purpose text, retention text, subject text, variadic columns text[])
    language sql as $$ insert into field_registry select t, unnest(columns), class, purpose, retention, subject $$;

call declare_none('field_registry', 'names of tables and rules', 'table_name', 'column_name', 'class', 'purpose', 'retention', 'subject', 'note');
call declare_none('schema_migration', 'names and hashes of migrations', 'name', 'sha256');

-- Ties the database to the master key that it was made with: another key would match no opt-out and open nothing.
create table installation (
    one boolean primary key default true check (one),
    key_check bytea not null,
    created_at timestamptz not null default now()
);
grant select on installation to plumb_app;
call declare_none('installation', 'a keyed hash of a constant', 'key_check');

-- Organisations. The nil id is the installation itself.
create table org (
    org_id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    created_at timestamptz not null
);
-- Before row-level security is forced: it binds the owner too.
insert into org (org_id, name, created_at) values ('00000000-0000-0000-0000-000000000000', 'This installation', now());
call tenant_table('org', 'select, update');
create policy auth_all on org to plumb_auth using (true) with check (true);
grant select, insert on org to plumb_auth;
create policy system_read on org for select to plumb_system using (true);
grant select on org to plumb_system;
call declare_none('org', 'the name of a company', 'name');

-- Audit outbox: one row with each business commit, no counter, no lock (claims 107, 113). Like every table that is
-- written with each commit or by the thousand, it does not refer to org: each check would lock the organisation's row,
-- for which all its writers would queue. Row-level security lets nobody write for an organisation but their own.
create table audit_pending (
    org_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id uuid,
    action text not null,
    object_kind text,
    object_id uuid,
    outcome text not null,
    request_id uuid,
    payload jsonb not null,
    nonce bytea not null,
    primary key (org_id, id)
);
call tenant_table('audit_pending', 'insert');
create policy auth_insert on audit_pending for insert to plumb_auth with check (true);
grant insert on audit_pending to plumb_auth;
create policy system_all on audit_pending to plumb_system using (true) with check (true);
grant select, insert, delete on audit_pending to plumb_system;
call declare_none('audit_pending', 'ids, names of actions and counts; entries hold no personal value', 'actor_kind', 'action', 'object_kind', 'outcome', 'payload', 'nonce');

-- The sequenced log (trust: leaf, per-organisation chain inside the leaf, payload prunable).
create table audit_entry (
    org_id uuid not null,
    org_seq bigint not null,
    log_index bigint not null,
    id uuid not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id uuid,
    action text not null,
    object_kind text,
    object_id uuid,
    outcome text not null,
    request_id uuid,
    payload jsonb,
    nonce bytea,
    leaf bytea not null,
    primary key (org_id, org_seq)
);
create index audit_entry_log_index on audit_entry (log_index);
create index audit_entry_org_at on audit_entry (org_id, at desc);
call tenant_table('audit_entry', 'select');
create policy system_all on audit_entry to plumb_system using (true) with check (true);
grant select, insert on audit_entry to plumb_system;
call declare_none('audit_entry', 'ids, names of actions, counts and hashes', 'actor_kind', 'action', 'object_kind', 'outcome', 'payload', 'nonce', 'leaf');

-- Tiles of the one Merkle tree (C2SP tlog-tiles): level, index, up to 256 hashes of 32 bytes.
create table ledger_tile (
    level smallint not null,
    tile bigint not null,
    hashes bytea not null,
    primary key (level, tile)
);
create table ledger_checkpoint (
    size bigint primary key,
    root bytea not null,
    note text not null,
    signed_at timestamptz not null
);
grant select on ledger_tile, ledger_checkpoint to plumb_app;
grant select, insert, update on ledger_tile to plumb_system;
grant select, insert on ledger_checkpoint to plumb_system;
call declare_none('ledger_tile', 'hashes', 'hashes');
call declare_none('ledger_checkpoint', 'a hash, its signed note', 'root', 'note');

-- The queue. A finished job's row is deleted in the transaction of its effect.
create table job (
    org_id uuid not null,
    id uuid not null,
    kind text not null,
    payload jsonb not null,
    priority smallint not null default 0,
    run_at timestamptz not null,
    state text not null default 'ready' check (state in ('ready', 'delayed', 'running', 'dead')),
    attempt smallint not null default 0,
    attempts_max smallint not null,
    vanished smallint not null default 0,
    fence uuid,
    lease_until timestamptz,
    dedup_key text,
    cancel_requested boolean not null default false,
    last_error text,
    created_at timestamptz not null,
    primary key (org_id, id)
);
create unique index job_dedup on job (org_id, kind, dedup_key) where dedup_key is not null and state <> 'dead';
create index job_ready on job (org_id, priority desc, run_at, id) where state = 'ready';
create index job_due on job (run_at) where state = 'delayed';
create index job_lease on job (lease_until) where state = 'running';
create index job_running on job (org_id) where state = 'running';
call tenant_table('job');
create policy system_all on job to plumb_system using (true) with check (true);
grant select, insert, update, delete on job to plumb_system;
call declare_none('job', 'the names of kinds and errors', 'kind', 'state', 'last_error');
call declare_personal('job', 'pseudonym', 'work that is queued', 'until the job ends', 'keyed hash of an address, ids', 'payload', 'dedup_key');
alter table job set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

create table job_cron (
    name text primary key,
    next_at timestamptz not null,
    last_at timestamptz
);
grant select, insert, update on job_cron to plumb_system;
call declare_none('job_cron', 'names of schedules', 'name');

-- Rates, exact over all nodes (GCRA). Lost in a crash of the database: open for seconds, then full again.
create unlogged table rate_limit (
    key text primary key,
    tat timestamptz not null
) with (fillfactor = 70);
grant select, insert, update on rate_limit to plumb_app, plumb_auth;
grant select, delete on rate_limit to plumb_system;
call declare_personal('rate_limit', 'pseudonym', 'abuse prevention', 'one day', 'none: keyed hash of an address or account', 'key');
