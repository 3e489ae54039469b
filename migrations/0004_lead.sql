-- The record that travels. One row a person (or role mailbox) and organisation.

create table lead (
    org_id uuid not null,
    id uuid not null,
    dedupe_key text not null,
    email text,
    email_key text,
    email_token bytea,
    email_token_base bytea,
    email_domain text,
    org_domain text,
    first_name text,
    last_name text,
    full_name text,
    title text,
    company text,
    company_key text,
    website text,
    phone_e164 text,
    phone_type text,
    street text,
    city text,
    region text,
    postcode text,
    country text,
    linkedin text,
    flags text[] not null default '{}',
    provenance jsonb not null default '{}',
    import_id uuid not null,
    row_no bigint not null,
    stage text not null check (stage in ('source', 'clean', 'verify', 'enrich', 'outreach', 'outcome')),
    verdict text check (verdict in ('verified', 'undeliverable', 'risky', 'unverified')),
    verdict_reason text,
    verdict_expires_at timestamptz,
    next_check_at timestamptz,
    score smallint not null default 0 check (score between 0 and 100),
    score_version smallint not null default 0,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (org_id, id)
);
create unique index lead_dedupe on lead (org_id, dedupe_key);
create index lead_score on lead (org_id, score desc, id desc);
-- Without what was not checked yet: an import need not write it, and no listing asks for that.
create index lead_verdict_score on lead (org_id, verdict, score desc, id desc) where verdict is not null;
-- A rare country is far down the two above.
create index lead_country_score on lead (org_id, country, score desc, id desc) where country is not null;
create index lead_domain on lead (org_id, email_domain);
create index lead_import on lead (org_id, import_id, id);
create index lead_token on lead (org_id, email_token);
call tenant_table('lead');

-- Each input row that a lead was made of, as it came.
create table lead_source (
    org_id uuid not null,
    import_id uuid not null,
    row_no bigint not null,
    lead_id uuid not null,
    merged boolean not null,
    raw jsonb not null,
    primary key (org_id, import_id, row_no)
);
create index lead_source_lead on lead_source (org_id, lead_id);
call tenant_table('lead_source');

-- In place of a foreign key, whose check locks a lead for each row of a list. A row is written in the transaction in
-- which its lead was written or locked, so there is nothing to check.
create function lead_source_goes_with_lead() returns trigger language plpgsql as $$
begin
    delete from lead_source s using gone where s.org_id = gone.org_id and s.lead_id = gone.id;
    return null;
end $$;
create trigger lead_source_goes_with_lead after delete on lead referencing old table as gone
    for each statement execute function lead_source_goes_with_lead();

call declare_personal('lead', 'email', 'b2b contact data', '24 months from last verification', 'lead.id', 'email', 'email_key', 'dedupe_key');
call declare_personal('lead', 'pseudonym', 'screening against opt-outs', 'with the lead', 'lead.id', 'email_token', 'email_token_base');
call declare_personal('lead', 'person.name', 'b2b contact data', '24 months from last verification', 'lead.id', 'first_name', 'last_name', 'full_name');
call declare_personal('lead', 'person.role', 'b2b contact data', '24 months from last verification', 'lead.id', 'title');
call declare_personal('lead', 'phone', 'b2b contact data', '24 months from last verification', 'lead.id', 'phone_e164');
call declare_personal('lead', 'person.profile', 'b2b contact data', '24 months from last verification', 'lead.id', 'linkedin');
call declare_personal('lead', 'person.place', 'b2b contact data', '24 months from last verification', 'lead.id', 'street', 'city', 'region', 'postcode', 'country');
call declare_personal('lead', 'company', 'b2b contact data', '24 months from last verification', 'lead.id', 'company', 'company_key', 'website', 'email_domain', 'org_domain');
call declare_none('lead', 'closed words, points, row numbers and ids', 'phone_type', 'flags', 'provenance', 'stage', 'verdict', 'verdict_reason');
call declare_personal('lead_source', 'source_row', 'provenance of each field', 'with the lead', 'lead_source.lead_id', 'raw');
