-- What was established about a mailbox, and when. Appended; readers take the newest.

create table verification (
    org_id uuid not null references org (org_id),
    id uuid not null,
    lead_id uuid not null,
    verdict text not null check (verdict in ('verified', 'undeliverable', 'risky', 'unverified')),
    reason text not null,
    catch_all text not null check (catch_all in ('yes', 'no', 'unknown')),
    flags text[] not null,
    evidence jsonb not null,
    policy text not null,
    checked_at timestamptz not null,
    expires_at timestamptz not null,
    attempt smallint not null,
    next_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    -- STRICT, rule 2: only these reasons may say that a mailbox is not there (claim 22).
    check (verdict <> 'undeliverable' or reason in ('syntax', 'domain_missing', 'null_mx', 'no_mail_host', 'mailbox_unknown', 'mailbox_disabled', 'provider_invalid')),
    check (verdict <> 'verified' or reason in ('mailbox_confirmed', 'provider_valid'))
);
create index verification_lead on verification (org_id, lead_id, checked_at desc);
call tenant_table('verification', 'select, insert, delete');
call declare_none('verification', 'closed words', 'verdict', 'reason', 'catch_all', 'flags', 'policy');
call declare_personal('verification', 'email', 'evidence of a verdict; a server''s reply often repeats the address', 'with the lead', 'verification.lead_id', 'evidence');
