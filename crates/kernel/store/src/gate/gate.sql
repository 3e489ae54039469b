-- Every row is a defect. `tenant` policies are the ones made by tenant_table(); `auth_*` and `system_*` are for
-- the two other roles, on the tables named here and no other.
with
    spaces as (
        select oid, nspname from pg_namespace
        where nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg\_toast%' and nspname not like 'pg\_temp%'
    ),
    -- What an extension brings holds no tenant's rows.
    ours as (
        select c.*, s.nspname from pg_class c join spaces s on s.oid = c.relnamespace
        where not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    ),
    runtime_role(name) as (values ('plumb_app'), ('plumb_auth'), ('plumb_system')),
    -- Tables without an organisation, each with its reason.
    global_table(name, reason) as (values
        ('schema_migration', 'names of migrations'),
        ('field_registry', 'the register of fields'),
        ('installation', 'a keyed hash of a constant'),
        ('ledger_tile', 'hashes of the one tree'),
        ('ledger_checkpoint', 'signed sizes of the one tree'),
        ('job_cron', 'schedules of the installation'),
        ('rate_limit', 'keyed hashes, no tenant data'),
        ('mail_operator', 'an operator refuses the installation, not a tenant'),
        ('app_user', 'people may belong to several organisations; plumb_auth alone'),
        ('auth_token', 'read before an organisation is known; plumb_auth alone'),
        ('suppression', 'an opt-out holds in every organisation')
    ),
    -- Global tables that are for one role alone: no policy stands before their rows.
    closed_table(name, role) as (values ('app_user', 'plumb_auth'), ('auth_token', 'plumb_auth'), ('job_cron', 'plumb_system')),
    -- What nobody takes back: the log, what is on its way into it, the opt-outs. A privilege and a role that has it all the same.
    kept_table(name, privilege, but_for) as (values
        ('audit_entry', 'update', ''), ('audit_entry', 'delete', ''), ('ledger_checkpoint', 'update', ''), ('ledger_checkpoint', 'delete', ''),
        ('audit_pending', 'update', ''), ('audit_pending', 'delete', 'plumb_system'), ('ledger_tile', 'update', 'plumb_system'), ('ledger_tile', 'delete', ''),
        ('suppression', 'update', ''), ('suppression', 'delete', '')
    ),
    -- Where a role other than plumb_app may see past one organisation.
    wider(name, role) as (values
        ('org', 'plumb_auth'), ('org', 'plumb_system'),
        ('membership', 'plumb_auth'), ('session', 'plumb_auth'), ('api_key', 'plumb_auth'), ('audit_pending', 'plumb_auth'),
        ('audit_pending', 'plumb_system'), ('audit_entry', 'plumb_system'), ('job', 'plumb_system'), ('disclosure', 'plumb_system')
    ),
    tenant_table as (
        select o.oid, o.relname, o.relrowsecurity, o.relforcerowsecurity, o.relispartition, a.attnum, a.attnotnull, a.atttypid
        from ours o join pg_attribute a on a.attrelid = o.oid and a.attname = 'org_id' and not a.attisdropped
        where o.relkind in ('r', 'p')
    ),
    policy as (
        select p.*, t.relname,
               pg_get_expr(p.polqual, p.polrelid) as using_text,
               pg_get_expr(p.polwithcheck, p.polrelid) as check_text,
               (select array_agg(coalesce(r.rolname, 'public')) from unnest(p.polroles) x(oid) left join pg_roles r on r.oid = x.oid) as roles
        from pg_policy p join ours t on t.oid = p.polrelid
    ),
    foreign_key as (
        select c.conname, c.conrelid, c.confrelid, c.confdeltype, c.confupdtype,
               exists (select from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k where a.attname = 'org_id') as has_org
        from pg_constraint c join spaces s on s.oid = c.connamespace where c.contype = 'f'
    )

select 'a table with org_id has no row-level security' as clause, relname::text as object from tenant_table where not relrowsecurity
union all
select 'row-level security is not forced: the owner sees every row', relname::text from tenant_table where relrowsecurity and not relforcerowsecurity
union all
select 'row-level security without a policy', relname::text from tenant_table t where relrowsecurity and not exists (select from pg_policy p where p.polrelid = t.oid)
union all
select 'org_id may be null or is not a uuid', relname::text from tenant_table where not attnotnull or atttypid <> 'uuid'::regtype
union all
select 'a table without org_id is not on the list of global tables', o.relname::text from ours o
where o.relkind in ('r', 'p') and not exists (select from tenant_table t where t.oid = o.oid) and not exists (select from global_table g where g.name = o.relname)
union all
select 'policy ' || polname || ' for plumb_app is not org_id = app_org()', relname::text from policy
where 'plumb_app' = any (roles) and (
    (polcmd <> 'a' and using_text is distinct from '(org_id = app_org())')
    or (polcmd <> 'r' and check_text is distinct from '(org_id = app_org())'))
union all
select 'policy ' || polname || ' is for a role that this table is not open to', relname::text from policy p
where exists (select from unnest(p.roles) r(name) where r.name <> 'plumb_app' and not exists (select from wider w where w.name = p.relname and w.role = r.name))
union all
select 'a write policy without WITH CHECK', relname::text from policy where polcmd in ('*', 'a', 'w') and check_text is null
union all
select 'more than one permissive policy for one role and command: they are OR-ed', relname::text from (
    select p.relname, r.name, cmd.c from policy p cross join lateral unnest(p.roles) r(name) cross join (values ('r'), ('a'), ('w'), ('d')) cmd(c)
    where p.polpermissive and (p.polcmd = '*' or p.polcmd::text = cmd.c)
    group by 1, 2, 3 having count(*) > 1) x
union all
select 'a view without security_invoker', relname::text from ours where relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions) or 'security_invoker=on' = any (reloptions), false)
union all
select 'a materialised view that a runtime role may read', o.relname::text from ours o, runtime_role r where o.relkind = 'm' and has_table_privilege(r.name, o.oid, 'select')
union all
select 'a foreign table', relname::text from ours where relkind = 'f'
union all
select 'a unique index that does not begin with org_id tells that another tenant has the value', ic.relname::text
from pg_index i join tenant_table t on t.oid = i.indrelid join pg_class ic on ic.oid = i.indexrelid
where i.indisunique and not i.indisprimary and i.indkey[0] <> t.attnum
union all
select 'a primary key that does not begin with org_id, on a column that is no random id', ic.relname::text
from pg_index i join tenant_table t on t.oid = i.indrelid join pg_class ic on ic.oid = i.indexrelid
where i.indisprimary and i.indkey[0] <> t.attnum
  and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attnum = i.indkey[0] and (a.atttypid = 'uuid'::regtype or (t.relname = 'session' and a.attname = 'hash')))
union all
select 'an exclusion constraint without org_id', c.conname::text from pg_constraint c join tenant_table t on t.oid = c.conrelid
where c.contype = 'x' and not t.attnum = any (c.conkey)
union all
select 'a foreign key between tenants'' tables without org_id accepts another tenant''s id', f.conname::text from foreign_key f
where not f.has_org and exists (select from tenant_table t where t.oid = f.conrelid) and exists (select from tenant_table t where t.oid = f.confrelid)
union all
select 'a cascading foreign key without org_id lets one tenant''s delete reach another''s rows', f.conname::text from foreign_key f
where not f.has_org and (f.confdeltype in ('c', 'n', 'd') or f.confupdtype in ('c', 'n', 'd'))
  and exists (select from tenant_table t where t.oid = f.conrelid) and exists (select from tenant_table t where t.oid = f.confrelid)
union all
select 'a SECURITY DEFINER function', p.proname::text from pg_proc p join spaces s on s.oid = p.pronamespace
where p.prosecdef and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
union all
select 'a function in an untrusted language', p.proname::text from pg_proc p join spaces s on s.oid = p.pronamespace join pg_language l on l.oid = p.prolang
where l.lanname not in ('sql', 'plpgsql') and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
union all
select 'a runtime role is superuser or bypasses row-level security', rolname::text from pg_roles join runtime_role on name = rolname where rolsuper or rolbypassrls
union all
select 'the owner can log in, is superuser or bypasses row-level security', rolname::text from pg_roles where rolname = 'plumb_owner' and (rolcanlogin or rolsuper or rolbypassrls)
union all
select 'a runtime role is a member of another role', m.rolname::text from pg_auth_members a join pg_roles m on m.oid = a.member join runtime_role r on r.name = m.rolname
union all
select 'a runtime role owns it', o.relname::text from ours o join pg_roles r on r.oid = o.relowner join runtime_role x on x.name = r.rolname
union all
select 'TRUNCATE, REFERENCES or TRIGGER is granted to ' || r.name, o.relname::text from ours o, runtime_role r
where o.relkind in ('r', 'p') and (has_table_privilege(r.name, o.oid, 'truncate') or has_table_privilege(r.name, o.oid, 'references') or has_table_privilege(r.name, o.oid, 'trigger'))
union all
select case when k.name = 'suppression' then 'opt-outs can be taken back by ' else 'the log can be changed by ' end || r.name, o.relname::text
from ours o join kept_table k on k.name = o.relname cross join runtime_role r
where r.name <> k.but_for
  and case k.privilege when 'update' then has_any_column_privilege(r.name, o.oid, 'update') else has_table_privilege(r.name, o.oid, 'delete') end
union all
select 'a table for another role alone, open to ' || r.name, o.relname::text from ours o join closed_table t on t.name = o.relname cross join runtime_role r
where r.name <> t.role
  and (has_any_column_privilege(r.name, o.oid, 'select, insert, update') or has_table_privilege(r.name, o.oid, 'delete'))
union all
select 'app_org() is not the function that the policies were written for', p.oid::regprocedure::text from pg_proc p
where p.proname = 'app_org' and btrim(p.prosrc) <> 'select nullif(current_setting(''plumb.org_id'', true), '''')::uuid'
union all
select 'a partition that a runtime role may reach past its parent', t.relname::text from tenant_table t, runtime_role r
where t.relispartition and has_table_privilege(r.name, t.oid, 'select') and not t.relrowsecurity
union all
select 'a sequence that shows the volume of all tenants', o.relname::text from ours o, runtime_role r
where o.relkind = 'S' and case when o.relkind = 'S' then has_sequence_privilege(r.name, o.oid, 'select') else false end
union all
select 'a runtime role may create in schema ' || s.nspname, r.name from spaces s, runtime_role r where has_schema_privilege(r.name, s.oid, 'create')
union all
select 'default privileges reach future objects', pg_get_userbyid(d.defaclrole)::text from pg_default_acl d
order by 2, 1
