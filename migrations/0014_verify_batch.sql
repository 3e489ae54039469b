-- Many addresses that are asked about at a verification provider in one go.

create table verification_batch (
    org_id uuid not null,
    id uuid not null,
    provider text not null,
    -- The provider's own number of it, once it has taken it.
    provider_job bigint,
    addresses integer not null,
    created_at timestamptz not null,
    primary key (org_id, id)
);
call tenant_table('verification_batch');

-- One mailbox of a batch: first waiting, then with the provider's answer, until the work on the mailbox has taken it.
create table verification_batch_item (
    org_id uuid not null,
    mailbox_token bytea not null,
    batch_id uuid not null,
    -- The answer, in closed words.
    said jsonb,
    primary key (org_id, mailbox_token),
    foreign key (org_id, batch_id) references verification_batch (org_id, id) on delete cascade
);
create index verification_batch_item_batch on verification_batch_item (org_id, batch_id);
call tenant_table('verification_batch_item');

call declare_none('verification_batch', 'the name of a company', 'provider');
call declare_personal('verification_batch_item', 'pseudonym', 'one question for one mailbox', 'until the mailbox is answered, at most a day', 'keyed hash of an address', 'mailbox_token');
call declare_none('verification_batch_item', 'closed words of a provider: a verdict and flags', 'said');
