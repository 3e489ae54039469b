-- Exports: what left as a file, at whose word, and what was left out. The file lies here sealed, in pieces, for 30 days;
-- the line of the history stays for 90. Both are counted by the database's clock.

create table export (
    org_id uuid not null references org (org_id),
    -- Random, and not made in order of time: it is part of an address that people copy.
    id uuid not null default gen_random_uuid(),
    state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    format text not null check (format in ('csv', 'parquet')),
    profile text not null check (profile in ('all', 'crm', 'calling')),
    which text not null check (which in ('usable', 'all')),
    filter jsonb not null default '{}',
    with_provenance boolean not null,
    with_not_us boolean not null,
    asked_by_kind text not null check (asked_by_kind in ('user', 'api_key')),
    asked_by uuid not null,
    leads_total bigint not null default 0,
    leads_read bigint not null default 0,
    rows_out bigint not null default 0,
    phones_out bigint not null default 0,
    left_out jsonb not null default '{}',
    phones_withheld jsonb not null default '{}',
    pieces integer not null default 0,
    bytes bigint not null default 0,
    sha256 text,
    error text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    content_removed_at timestamptz,
    primary key (org_id, id)
);
create index export_created on export (org_id, created_at desc, id desc);
call tenant_table('export');

create table export_piece (
    org_id uuid not null,
    export_id uuid not null,
    seq integer not null,
    sealed bytea not null,
    primary key (org_id, export_id, seq),
    foreign key (org_id, export_id) references export (org_id, id) on delete cascade
);
-- Sealed bytes do not get smaller.
alter table export_piece alter column sealed set storage external;
call tenant_table('export_piece');

call declare_none('export', 'closed words, counts by closed words, a hash, a sentence about the work', 'state', 'format', 'profile', 'which', 'asked_by_kind', 'left_out', 'phones_withheld', 'sha256', 'error');
call declare_personal('export', 'company', 'the history of exports', '90 days after the export ended', 'export.asked_by', 'filter');
call declare_personal('export_piece', 'source_row', 'the file that was asked for', '30 days after the export ended', 'export_piece.export_id', 'sealed');

-- Whether somebody in a file has opted out since is asked by both of a lead's keyed hashes; few leads have this one.
create index lead_token_base on lead (org_id, email_token_base) where email_token_base is not null;
