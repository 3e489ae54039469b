-- What left the installation: to whom, when, which classes of fields, of whom, why. Never the values.

create table disclosure (
    org_id uuid not null references org (org_id),
    id uuid not null,
    at timestamptz not null,
    destination text not null,
    host text not null,
    region text not null,
    classes text[] not null,
    subject_kind text not null,
    subject_id uuid,
    purpose text not null,
    direction_id uuid,
    primary key (org_id, id)
);
create index disclosure_subject on disclosure (org_id, subject_id);
create index disclosure_at on disclosure (org_id, at desc);
call tenant_table('disclosure', 'select');
create policy system_insert on disclosure for insert to plumb_system with check (true);
grant insert on disclosure to plumb_system;
call declare_none('disclosure', 'hosts of other companies, classes and reasons, never a value', 'destination', 'host', 'region', 'classes', 'subject_kind', 'purpose');
