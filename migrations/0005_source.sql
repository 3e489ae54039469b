-- Imports. An upload lies in Postgres, sealed, in pieces: no node keeps a file that another needs.

create table import (
    org_id uuid not null references org (org_id),
    id uuid not null,
    file_name text not null,
    state text not null check (state in ('uploading', 'draft', 'queued', 'running', 'done', 'failed', 'cancelled')),
    bytes bigint not null default 0,
    encoding text,
    delimiter text,
    columns jsonb not null default '[]',
    mapping jsonb not null default '{}',
    preview_sealed bytea,
    default_country text,
    rows_read bigint not null default 0,
    rows_new bigint not null default 0,
    rows_merged bigint not null default 0,
    rows_rejected bigint not null default 0,
    rows_suppressed bigint not null default 0,
    bytes_read bigint not null default 0,
    flag_counts jsonb not null default '{}',
    reject_counts jsonb not null default '{}',
    rules_version text,
    error text,
    created_by uuid,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    primary key (org_id, id)
);
create index import_created on import (org_id, created_at desc, id desc);
call tenant_table('import');

create table import_chunk (
    org_id uuid not null,
    import_id uuid not null,
    seq integer not null,
    sealed bytea not null,
    primary key (org_id, import_id, seq),
    foreign key (org_id, import_id) references import (org_id, id) on delete cascade
);
alter table import_chunk alter column sealed set storage external;
call tenant_table('import_chunk');

-- Rows that did not become a lead, with the reason. A suppressed row keeps its number only.
create table import_reject (
    org_id uuid not null,
    import_id uuid not null,
    row_no bigint not null,
    reason text not null,
    detail text not null default '',
    raw jsonb,
    primary key (org_id, import_id, row_no),
    foreign key (org_id, import_id) references import (org_id, id) on delete cascade
);
call tenant_table('import_reject');

call declare_none('import', 'names of columns, words, counts', 'state', 'encoding', 'delimiter', 'columns', 'mapping', 'default_country', 'flag_counts', 'reject_counts', 'rules_version', 'error');
call declare_personal('import', 'free_text', 'recognising an import', '30 days after the import ended', 'import.created_by', 'file_name');
call declare_personal('import', 'source_row', 'preview of an import', '30 days after the import ended', 'import.id', 'preview_sealed');
call declare_personal('import_chunk', 'source_row', 'the uploaded list', '30 days after the import ended', 'import_chunk.import_id', 'sealed');
call declare_none('import_reject', 'a closed word and a sentence about the row', 'reason', 'detail');
call declare_personal('import_reject', 'source_row', 'the error file', '30 days after the import ended', 'import_reject.import_id', 'raw');
