-- Accounts, sessions, memberships, API keys. Read before an organisation is known, so by plumb_auth alone.

create table app_user (
    id uuid primary key,
    email text not null,
    email_norm text not null unique,
    name text not null default '',
    password_phc text,
    created_at timestamptz not null
);
grant select, insert, update on app_user to plumb_auth;
call declare_personal('app_user', 'account', 'sign-in', 'until the account is deleted', 'app_user.id', 'email', 'email_norm', 'name');
call declare_personal('app_user', 'credential', 'sign-in', 'until the account is deleted', 'app_user.id', 'password_phc');

create table membership (
    org_id uuid not null references org (org_id),
    user_id uuid not null references app_user (id),
    role text not null check (role in ('owner', 'admin', 'member')),
    created_at timestamptz not null,
    primary key (org_id, user_id)
);
create index membership_user on membership (user_id);
call tenant_table('membership', 'select');
create policy auth_all on membership to plumb_auth using (true) with check (true);
grant select, insert, update, delete on membership to plumb_auth;
call declare_none('membership', 'one of three words', 'role');

create table session (
    hash bytea primary key,
    id uuid not null,
    user_id uuid not null references app_user (id) on delete cascade,
    org_id uuid not null references org (org_id),
    csrf bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_seen timestamptz not null
);
create index session_user_id on session (user_id);
create index session_expires on session (expires_at);
alter table session enable row level security;
alter table session force row level security;
create policy auth_all on session to plumb_auth using (true) with check (true);
grant select, insert, update, delete on session to plumb_auth;
call declare_personal('session', 'credential', 'sign-in', 'expiry', 'session.user_id', 'hash', 'csrf');

-- Links and codes that do one thing once (claims 79, 80).
create table auth_token (
    hash bytea primary key,
    purpose text not null check (purpose in ('signin')),
    user_id uuid not null references app_user (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
grant select, insert, update, delete on auth_token to plumb_auth;
call declare_personal('auth_token', 'credential', 'sign-in', '30 minutes', 'auth_token.user_id', 'hash');
call declare_none('auth_token', 'one word', 'purpose');

create table api_key (
    org_id uuid not null references org (org_id),
    id uuid not null,
    key_id text not null,
    hash bytea not null,
    name text not null,
    scopes text[] not null,
    created_by uuid not null references app_user (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (org_id, id)
);
create index api_key_key_id on api_key (key_id);
call tenant_table('api_key', 'select, insert, update');
create policy auth_read on api_key for select to plumb_auth using (true);
create policy auth_use on api_key for update to plumb_auth using (true) with check (true);
grant select, update (last_used_at) on api_key to plumb_auth;
call declare_none('api_key', 'a name that its maker chose, public identifiers', 'key_id', 'name', 'scopes');
call declare_personal('api_key', 'credential', 'API access', 'until revoked or expired', 'api_key.created_by', 'hash');
