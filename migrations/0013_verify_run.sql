-- Addresses that are verified for themselves, without a lead; the rules by which an organisation judges; verdicts that
-- run out.

-- One request: one address or many.
create table verification_run (
    org_id uuid not null,
    id uuid not null,
    idempotency_key text,
    -- Keyed hash of what was asked, so that one key is not used for two questions.
    request_mac bytea not null,
    addresses integer not null check (addresses between 1 and 10000),
    created_by uuid,
    created_at timestamptz not null,
    cancelled_at timestamptz,
    primary key (org_id, id)
);
create unique index verification_run_key on verification_run (org_id, idempotency_key) where idempotency_key is not null;
create index verification_run_created on verification_run (org_id, created_at desc, id desc);
call tenant_table('verification_run');

-- One address of a request. It waits until its answer is final, and shows the answers before that, each of which says
-- when it is asked again.
create table verification_item (
    org_id uuid not null,
    run_id uuid not null,
    seq integer not null,
    email text not null,
    -- Null for what is no address.
    mailbox_token bytea,
    email_token_base bytea,
    state text not null default 'waiting' check (state in ('waiting', 'answered', 'cancelled')),
    verdict text check (verdict in ('verified', 'undeliverable', 'risky', 'unverified')),
    reason text,
    catch_all text check (catch_all in ('yes', 'no', 'unknown')),
    flags text[],
    evidence jsonb,
    policy text,
    checked_at timestamptz,
    expires_at timestamptz,
    attempt smallint,
    next_at timestamptz,
    primary key (org_id, run_id, seq),
    foreign key (org_id, run_id) references verification_run (org_id, id) on delete cascade,
    check (state <> 'answered' or (verdict is not null and reason is not null and evidence is not null and checked_at is not null)),
    check (verdict <> 'undeliverable' or reason in ('syntax', 'domain_missing', 'null_mx', 'no_mail_host', 'mailbox_unknown', 'mailbox_disabled', 'provider_invalid')),
    -- Nothing is verified before each tier has answered, or is recorded as not asked.
    check (verdict <> 'verified' or (reason in ('mailbox_confirmed', 'provider_valid')
        and evidence @> '[{"tier": "syntax"}, {"tier": "suppression"}, {"tier": "dns"}, {"tier": "provider"}, {"tier": "smtp"}]'))
);
create index verification_item_mailbox on verification_item (org_id, mailbox_token) where mailbox_token is not null;
call tenant_table('verification_item');

-- The same for leads.
alter table verification add constraint verification_every_tier check (verdict <> 'verified'
    or evidence @> '[{"tier": "syntax"}, {"tier": "suppression"}, {"tier": "dns"}, {"tier": "provider"}, {"tier": "smtp"}]');

-- How an organisation judges. No row: STRICT.
create table verification_policy (
    org_id uuid primary key,
    policy text not null check (policy in ('strict', 'lenient')),
    changed_by uuid,
    changed_at timestamptz not null
);
call tenant_table('verification_policy', 'select, insert, update');

-- An organisation's own account at a verification provider.
create table verification_provider (
    org_id uuid primary key,
    provider text not null check (provider in ('neverbounce', 'zerobounce', 'hunter')),
    key_sealed bytea not null,
    credits_per_day integer not null check (credits_per_day between 0 and 1000000),
    is_on boolean not null default true,
    -- Why it was switched off, in words.
    off_reason text,
    -- Nobody asks before this moment: it said "too fast", or had trouble.
    pause_until timestamptz,
    used_on date not null,
    used integer not null default 0,
    changed_by uuid,
    changed_at timestamptz not null,
    check (is_on or off_reason is not null)
);
call tenant_table('verification_provider');

-- What runs out, for whoever asks again.
create index lead_verdict_runs_out on lead (org_id, verdict_expires_at)
    where verdict is not null and next_check_at is null and email is not null;

call declare_none('verification_run', 'a name that a program chose, a keyed hash', 'idempotency_key', 'request_mac');
call declare_personal('verification_item', 'email', 'the address that was asked about; a server''s reply often repeats it', '30 days after the request', 'verification_item.run_id', 'email', 'evidence');
call declare_personal('verification_item', 'pseudonym', 'one question for one mailbox; screening against opt-outs', '30 days after the request', 'verification_item.run_id', 'mailbox_token', 'email_token_base');
call declare_none('verification_item', 'closed words', 'state', 'verdict', 'reason', 'catch_all', 'flags', 'policy');
call declare_none('verification_policy', 'one of two words', 'policy');
call declare_none('verification_provider', 'the name of a company, why it is not asked, the day that its credits are counted for', 'provider', 'off_reason', 'used_on');
call declare_personal('verification_provider', 'credential', 'asking a verification provider in the customer''s name', 'until the customer removes it', 'none: belongs to the organisation', 'key_sealed');
