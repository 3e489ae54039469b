-- Duplicates among an organisation's leads: the keys under which they meet, the links between them, what was merged.

-- A merged lead stays as a hollow row, so that its key leads to the survivor and what others keep about it stays; its
-- values lie with the merge. The survivor keeps the keyed hashes of every address that was merged into it: an opt-out
-- under any of them is its owner's.
alter table lead
    add column merged_into uuid,
    add column merged_tokens bytea[];
create index lead_merged_into on lead (org_id, merged_into) where merged_into is not null;
create index lead_merged_tokens on lead (org_id, id) where merged_tokens is not null;
call declare_personal('lead', 'pseudonym', 'screening against opt-outs', 'with the lead', 'lead.id', 'merged_tokens');

-- What was merged, and what undoes it.
create table lead_merge (
    org_id uuid not null,
    id uuid not null default gen_random_uuid(),
    -- Later merges have larger numbers: they are undone from the last.
    seq bigint not null generated always as identity,
    survivor_id uuid not null,
    merged_id uuid not null,
    -- Fields of the survivor that the merge changed.
    fields text[] not null,
    -- The survivor's values of these columns before the merge and after it.
    survivor_before jsonb not null,
    survivor_after jsonb not null,
    -- The whole merged lead.
    merged_row jsonb not null,
    -- Its rows: import and number of each.
    sources jsonb not null,
    merged_by_kind text not null,
    merged_by uuid,
    merged_at timestamptz not null,
    undone_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, survivor_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, merged_id) references lead (org_id, id) on delete cascade
);
create index lead_merge_seq on lead_merge (org_id, seq);
create index lead_merge_survivor on lead_merge (org_id, survivor_id, seq);
create index lead_merge_merged on lead_merge (org_id, merged_id, seq);
call tenant_table('lead_merge');
call declare_personal('lead_merge', 'source_row', 'undoing a merge', 'with the lead', 'lead_merge.survivor_id', 'survivor_before', 'survivor_after', 'merged_row');
call declare_none('lead_merge', 'names of fields, ids and row numbers, closed words', 'fields', 'sources', 'merged_by_kind');

-- Keys under which leads that may be one person meet: 64 bits of a keyed hash, another in each organisation.
create table lead_key (
    org_id uuid not null,
    key bigint not null,
    lead_id uuid not null,
    primary key (org_id, key, lead_id)
);
create index lead_key_lead on lead_key (org_id, lead_id);
call tenant_table('lead_key');

-- What a lead was when it was last compared, as a keyed hash: who did not change is not compared again.
create table lead_compared (
    org_id uuid not null,
    lead_id uuid not null,
    version integer not null,
    content bigint not null,
    primary key (org_id, lead_id)
);
call tenant_table('lead_compared');

create table lead_link (
    org_id uuid not null,
    id uuid not null default gen_random_uuid(),
    a uuid not null,
    b uuid not null check (a < b),
    decision text not null check (decision in ('same', 'possible')),
    state text not null check (state in ('open', 'later', 'dismissed', 'merged', 'asleep')),
    confidence smallint not null check (confidence between 0 and 100),
    evidence jsonb not null,
    version integer not null,
    found_at timestamptz not null,
    decided_at timestamptz,
    -- The merge that brought a dismissal from the merged lead to its survivor, or that put the link to sleep: one of its
    -- leads is no lead of its own now. Gone or awake when the merge is undone.
    via_merge uuid,
    primary key (org_id, id)
);
create unique index lead_link_pair on lead_link (org_id, a, b);
create index lead_link_b on lead_link (org_id, b);
create index lead_link_queue on lead_link (org_id, state, confidence desc, id);
call tenant_table('lead_link');
call declare_none('lead_link', 'closed words and points', 'decision', 'state', 'evidence');

create table duplicate_scan (
    org_id uuid not null references org (org_id),
    id uuid not null default gen_random_uuid(),
    import_id uuid,
    state text not null check (state in ('queued', 'running', 'done', 'failed')),
    leads_total bigint not null default 0,
    leads_done bigint not null default 0,
    links_same bigint not null default 0,
    links_possible bigint not null default 0,
    blocks_thinned bigint not null default 0,
    after_lead uuid,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (org_id, id)
);
create index duplicate_scan_created on duplicate_scan (org_id, created_at desc, id desc);
call tenant_table('duplicate_scan');
call declare_none('duplicate_scan', 'closed words', 'state');

create table duplicate_setting (
    org_id uuid not null primary key references org (org_id),
    -- Confidence from which on a scan merges by itself, in per cent; none: it only suggests.
    merge_at smallint check (merge_at between 90 and 100)
);
call tenant_table('duplicate_setting');

-- As for the rows of a lead: whoever is erased goes with what was merged into them.
create function duplicates_go_with_lead() returns trigger language plpgsql as $$
begin
    delete from lead_key k using gone where k.org_id = gone.org_id and k.lead_id = gone.id;
    delete from lead_compared c using gone where c.org_id = gone.org_id and c.lead_id = gone.id;
    delete from lead_link l using gone where l.org_id = gone.org_id and l.a = gone.id;
    delete from lead_link l using gone where l.org_id = gone.org_id and l.b = gone.id;
    -- Not without need: a deletion of nothing comes here again.
    if exists (select from lead l join gone on l.org_id = gone.org_id and l.merged_into = gone.id) then
        delete from lead l using gone where l.org_id = gone.org_id and l.merged_into = gone.id;
    end if;
    return null;
end $$;
create trigger duplicates_go_with_lead after delete on lead referencing old table as gone
    for each statement execute function duplicates_go_with_lead();
