-- Suppression: what must not be used, kept without the address itself (claims 157, 171). Global by nature:
-- an opt-out holds in every organisation of this installation.

create table suppression (
    token bytea primary key,
    kind text not null check (kind in ('email')),
    key_version smallint not null,
    reason text not null check (reason in ('opt_out')),
    at timestamptz not null
);
grant select on suppression to plumb_app;
grant select, insert on suppression to plumb_system;
call declare_personal('suppression', 'pseudonym', 'honouring an opt-out', 'kept for as long as the installation lives', 'keyed hash of the address', 'token');
call declare_none('suppression', 'one of a few words', 'kind', 'reason');
