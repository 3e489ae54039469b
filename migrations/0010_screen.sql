-- Do-Not-Call: whose lists an organisation may use, what was loaded of them, what was screened and with which versions,
-- and whom the company itself may not call. The lists lie in files beside the database, a folder for each organisation.

-- Under whose subscription an organisation uses a registry. Without one it neither loads its list nor screens with it.
create table dnc_subscription (
    org_id uuid not null references org (org_id),
    registry text not null,
    holder text not null check (length(holder) between 1 and 200),
    account text not null default '',
    expires_on date,
    updated_at timestamptz not null,
    primary key (org_id, registry)
);
call tenant_table('dnc_subscription', 'select, insert, update');
call declare_none('dnc_subscription', 'the name and account of a company, a word, a date', 'registry', 'holder', 'account', 'expires_on');

-- Files that were loaded, or refused. What is in force is said by the newest that is done, and by the files themselves.
create table dnc_load (
    org_id uuid not null references org (org_id),
    id uuid not null,
    registry text not null,
    kind text not null check (kind in ('full', 'change', 'reassigned', 'company')),
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    holder text not null,
    version_date date not null,
    obtained_on date not null,
    based_on date,
    form jsonb not null,
    covers_all boolean not null,
    accept_unusual boolean not null,
    bytes bigint not null,
    bytes_read bigint not null default 0,
    entries bigint not null default 0,
    malformed bigint not null default 0,
    added bigint not null default 0,
    removed bigint not null default 0,
    without_effect bigint not null default 0,
    numbers bigint not null default 0,
    manifest_sha256 text,
    error text,
    created_by uuid,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (org_id, id)
);
create index dnc_load_created on dnc_load (org_id, created_at desc, id desc);
call tenant_table('dnc_load', 'select, insert, update');
call declare_none('dnc_load', 'closed words, dates, counts, hashes, sentences without a number', 'registry', 'kind', 'state', 'holder', 'version_date', 'obtained_on', 'based_on', 'form', 'manifest_sha256', 'error');

-- Who screened what and when, with which versions of which lists, under which rules: kept for five years (16 CFR 310.5).
create table dnc_screening (
    org_id uuid not null references org (org_id),
    id uuid not null default gen_random_uuid(),
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    import_id uuid,
    editions jsonb not null default '[]',
    rules_sha256 text,
    counts jsonb not null default '{}',
    leads_done bigint not null default 0,
    after_lead uuid,
    error text,
    created_by uuid,
    created_at timestamptz not null,
    finished_at timestamptz,
    keep_until timestamptz not null,
    primary key (org_id, id)
);
create index dnc_screening_created on dnc_screening (org_id, created_at desc, id desc);
call tenant_table('dnc_screening', 'select, insert, update');
call declare_none('dnc_screening', 'names and dates of lists, hashes, counts, a sentence', 'state', 'editions', 'rules_sha256', 'counts', 'error');

-- Whom this company was asked not to call: keyed hashes, so that it holds after the person's record is erased, and
-- the number cannot be read from it. The hint tells entries apart: area code and last two digits.
create table dnc_company (
    org_id uuid not null references org (org_id),
    token bytea not null,
    id uuid not null default gen_random_uuid(),
    key_version smallint not null,
    hint text not null,
    reason text not null check (reason in ('asked', 'list', 'other')),
    asked_on date not null,
    created_by uuid,
    created_at timestamptz not null,
    primary key (org_id, token)
);
create unique index dnc_company_id on dnc_company (org_id, id);
create index dnc_company_created on dnc_company (org_id, created_at desc, id desc);
call tenant_table('dnc_company', 'select, insert, delete');
call declare_personal('dnc_company', 'pseudonym', 'honouring a request not to be called', 'until it is taken back', 'keyed hash of the number', 'token', 'hint');
call declare_none('dnc_company', 'one of a few words, a date', 'reason', 'asked_on');

-- What the Reassigned Numbers Database answered: whether a number had another owner since a day.
create table dnc_reassigned (
    org_id uuid not null references org (org_id),
    token bytea not null,
    since date not null,
    key_version smallint not null,
    answer text not null check (answer in ('yes', 'no', 'no_data')),
    obtained_on date not null,
    primary key (org_id, token, since)
);
call tenant_table('dnc_reassigned');
call declare_personal('dnc_reassigned', 'pseudonym', 'knowing whether consent still is of the person called', 'five years', 'keyed hash of the number', 'token');
call declare_none('dnc_reassigned', 'one of three words, dates', 'answer', 'since', 'obtained_on');

-- What the newest screening said about a lead's number. It holds for the number that was screened, and for no other.
alter table lead
    add column dnc text check (dnc in ('clear', 'listed', 'stale', 'not_screened', 'not_us', 'not_configured')),
    add column dnc_number text,
    add column dnc_lists text[] not null default '{}',
    add column dnc_version date,
    add column dnc_valid_until timestamptz,
    add column dnc_screening_id uuid;
call declare_none('lead', 'closed words and a date', 'dnc', 'dnc_lists', 'dnc_version');
call declare_personal('lead', 'phone', 'the number that was screened', 'with the lead', 'lead.id', 'dnc_number');
