-- How the operators of mail servers take our questions: one row for each and for each address of ours that asks, so that
-- all nodes leave alone whom one of them was sent away by. No organisation: an operator refuses the installation.

create table mail_operator (
    -- The registrable domain of the mail host.
    operator text not null,
    -- The address of ours, or nothing where the operating system chooses.
    source text not null,
    -- Refusals of our address in a row.
    blocks smallint not null default 0 check (blocks >= 0),
    -- How often the rate has been halved, and when last: each hour takes one back.
    halvings smallint not null default 0 check (halvings between 0 and 4),
    halved_at timestamptz,
    -- Nobody asks before this moment, and why.
    paused_until timestamptz,
    paused_for text check (paused_for in ('goodbye', 'blocked')),
    -- Connections on a day (UTC).
    asked_on date not null default '-infinity',
    asked integer not null default 0 check (asked >= 0),
    changed_at timestamptz not null default now(),
    primary key (operator, source),
    check ((paused_until is null) = (paused_for is null))
) with (fillfactor = 70);
grant select, insert, update on mail_operator to plumb_app;
grant select, delete on mail_operator to plumb_system;
call declare_none('mail_operator', 'registrable domains of mail hosts, addresses of ours, days', 'operator', 'source', 'paused_for', 'asked_on');
