-- Classes of values about people's private lives that an organisation does not take from its own lists. No row: all of
-- them are taken, and flagged.

create table import_policy (
    org_id uuid primary key,
    denied text[] not null check (denied <@ array['personal_email', 'mobile', 'home_address']),
    changed_by uuid,
    changed_at timestamptz not null
);
call tenant_table('import_policy', 'select, insert, update');
call declare_none('import_policy', 'closed words', 'denied');

-- What an import left out: the policy as it was when its first row was read, whatever is chosen meanwhile. And the product
-- whose export the list seems to be.
alter table import add column denied text[], add column preset text;
call declare_none('import', 'closed words and the name of a product', 'denied', 'preset');
